"""Who speaks for a contact that was joined to another: for facts that keep their first contact."""

from django.db import migrations

JOINED = """
CREATE VIEW people_facts_joined AS
SELECT org_id AS org, child_id AS contact, parent_id AS head FROM people_alias
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0009_the_zone_of_a_contact")]
    operations = [migrations.RunSQL([JOINED], ["DROP VIEW people_facts_joined"])]
