"""What other rooms may read of activity in SQL; without personal data.

`by_machine` is what the signs of `tracking.types.Reason` say when nobody has judged better:
fetched ahead (1), headers only (2), a bot by its name (4), no name (16), a tool (64), driven by a
program (128). `contact` is who it was known to be when it was kept; whose the visitor is now,
`people_facts_visitor` says.
"""

from django.db import migrations

ACTIVITY = """
CREATE VIEW activity_facts_activity AS
SELECT org_id AS org, id AS activity, kind, visitor, contact, action, url, subject, products,
    at, day, received_at, agent, reasons,
    CASE WHEN (reasons & 215) <> 0 THEN 1 ELSE 0 END AS by_machine
FROM activity_activity
"""
PAGE_VIEW = """
CREATE VIEW activity_facts_page_view AS
SELECT org_id AS org, id AS activity, visitor, contact, url, products, at, day
FROM activity_activity WHERE kind = 'page'
"""
EVENT = """
CREATE VIEW activity_facts_event AS
SELECT org_id AS org, id AS activity, visitor, contact, action, url, subject, products, at, day
FROM activity_activity WHERE kind = 'event'
"""
UNCOUNTED = """
CREATE VIEW activity_facts_uncounted AS
SELECT org_id AS org, day, kind, action, hits FROM activity_uncounted
"""


class Migration(migrations.Migration):
    dependencies = [("activity", "0001_initial")]
    operations = [
        migrations.RunSQL([ACTIVITY], ["DROP VIEW activity_facts_activity"]),
        migrations.RunSQL([PAGE_VIEW], ["DROP VIEW activity_facts_page_view"]),
        migrations.RunSQL([EVENT], ["DROP VIEW activity_facts_event"]),
        migrations.RunSQL([UNCOUNTED], ["DROP VIEW activity_facts_uncounted"]),
    ]
