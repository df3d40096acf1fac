"""Which journey a cycle ran; and of whom a node decided that nothing is written to them.

`journeys_facts_unwritten`: those who were blocked or held out before there was a message; whoever
was blocked later is a message that is blocked.
"""

from django.db import migrations, models

CYCLE = """
CREATE VIEW journeys_facts_cycle AS
SELECT c.org_id AS org, c.id AS cycle, c.journey_id AS journey, j.slug, j.title, j.folder,
    c.version_id AS version, c.entered, c.started_at
FROM journeys_cycle c
JOIN journeys_journey j ON j.id = c.journey_id
"""
UNWRITTEN = """
CREATE VIEW journeys_facts_unwritten AS
SELECT a.org_id AS org, a.id AS attempt, c.journey_id AS journey, e.cycle_id AS cycle,
    c.version_id AS version, e.node, a.contact, a.outcome, a.reason, a.at
FROM journeys_sendattempt a
JOIN journeys_nodeexecution e ON e.id = a.execution_id
JOIN journeys_cycle c ON c.id = e.cycle_id
WHERE a.message IS NULL AND a.outcome IN ('blocked', 'held_out')
"""


class Migration(migrations.Migration):
    dependencies = [("journeys", "0008_who_paused_a_notice")]
    operations = [
        migrations.AddIndex(
            model_name="sendattempt",
            index=models.Index(
                condition=models.Q(
                    ("message__isnull", True), ("outcome__in", ("blocked", "held_out"))
                ),
                fields=["org", "at"],
                name="journeys_sendattempt_unwritten",
            ),
        ),
        migrations.RunSQL([CYCLE], ["DROP VIEW journeys_facts_cycle"]),
        migrations.RunSQL([UNWRITTEN], ["DROP VIEW journeys_facts_unwritten"]),
    ]
