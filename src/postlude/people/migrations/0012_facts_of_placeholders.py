"""Who is a placeholder: known by a phone alone, and may yet be merged into a member."""

from django.db import migrations

PLACEHOLDER = """
CREATE VIEW people_facts_placeholder AS
SELECT org_id AS org, contact_id AS contact, since FROM people_placeholder
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0011_the_ledger_of_joinings")]
    operations = [migrations.RunSQL([PLACEHOLDER], ["DROP VIEW people_facts_placeholder"])]
