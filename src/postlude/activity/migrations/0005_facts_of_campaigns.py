"""What brought a visitor to a page stands with what the visitor did there."""

from django.db import migrations

_ACTIVITY = """
CREATE VIEW activity_facts_activity AS
SELECT org_id AS org, id AS activity, kind, visitor, contact, action, url, subject, products,
    at, day, received_at, agent, reasons,
    CASE WHEN (reasons & 215) <> 0 THEN 1 ELSE 0 END AS by_machine{campaign}
FROM activity_activity
"""
_DROP = "DROP VIEW activity_facts_activity"
_CAMPAIGN = ", utm_source, utm_medium, utm_campaign"


class Migration(migrations.Migration):
    dependencies = [("activity", "0004_what_brought_a_visitor")]
    operations = [
        migrations.RunSQL([_DROP], [_ACTIVITY.format(campaign="")]),
        migrations.RunSQL([_ACTIVITY.format(campaign=_CAMPAIGN)], [_DROP]),
    ]
