"""What campaign the session of an order came by, and a view of it.

Columns are added by hand: SQLite would copy the whole table.
"""

from django.db import migrations, models

_NAMES = ("session_source", "session_medium", "session_campaign")
SESSION = """
CREATE VIEW attribution_facts_session AS
SELECT org_id AS org, id AS order_id, uid, contact, visitor, at, state, amount_minor, currency,
    session_started_at, session_last_at, session_source AS source, session_medium AS medium,
    session_campaign AS campaign
FROM attribution_order WHERE session_started_at IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("attribution", "0007_model_and_campaigns")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    [
                        f"ALTER TABLE attribution_order ADD COLUMN {name} "
                        "varchar(100) NOT NULL DEFAULT ''"
                    ],
                    [f"ALTER TABLE attribution_order DROP COLUMN {name}"],
                )
                for name in _NAMES
            ],
            state_operations=[
                migrations.AddField(
                    "ordercredit",
                    name,
                    models.CharField(blank=True, db_default="", default="", max_length=100),
                )
                for name in _NAMES
            ],
        ),
        migrations.RunSQL([SESSION], ["DROP VIEW attribution_facts_session"]),
    ]
