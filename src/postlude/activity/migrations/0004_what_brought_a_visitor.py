"""What campaign brought a visitor to a page, as its address says, and a view of sessions' steps.

Columns are added by hand: SQLite would copy the whole table.
"""

from django.db import migrations, models

_NAMES = ("utm_source", "utm_medium", "utm_campaign")
STEP = """
CREATE VIEW activity_facts_step AS
SELECT org_id AS org, id AS activity, visitor, at, day, utm_source AS source,
    utm_medium AS medium, utm_campaign AS campaign
FROM activity_activity
"""


class Migration(migrations.Migration):
    dependencies = [("activity", "0003_events_of_contacts")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    [
                        f"ALTER TABLE activity_activity ADD COLUMN {name} "
                        "varchar(100) NOT NULL DEFAULT ''"
                    ],
                    [f"ALTER TABLE activity_activity DROP COLUMN {name}"],
                )
                for name in _NAMES
            ],
            state_operations=[
                migrations.AddField(
                    "activity",
                    name,
                    models.CharField(blank=True, db_default="", default="", max_length=100),
                )
                for name in _NAMES
            ],
        ),
        migrations.RunSQL([STEP], ["DROP VIEW activity_facts_step"]),
    ]
