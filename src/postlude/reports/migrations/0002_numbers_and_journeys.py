"""The dense numbers of people for SQL; and counts are found by journey."""

from django.db import migrations, models

NUMBER = """
CREATE VIEW reports_facts_number AS
SELECT org_id AS org, number, who, visitor FROM reports_number
"""


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_rollups")]
    operations = [
        migrations.AddIndex(
            model_name="count",
            index=models.Index(fields=["org", "journey", "day"], name="reports_count_journey"),
        ),
        migrations.RunSQL([NUMBER], ["DROP VIEW reports_facts_number"]),
    ]
