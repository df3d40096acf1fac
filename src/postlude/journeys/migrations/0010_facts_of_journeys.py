"""What journeys are called, those that no longer run included."""

from django.db import migrations

JOURNEY = """
CREATE VIEW journeys_facts_journey AS
SELECT org_id AS org, id AS journey, slug, title, folder, active FROM journeys_journey
"""


class Migration(migrations.Migration):
    dependencies = [("journeys", "0009_facts_of_cycles")]
    operations = [migrations.RunSQL([JOURNEY], ["DROP VIEW journeys_facts_journey"])]
