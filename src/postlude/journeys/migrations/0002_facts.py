"""What other rooms may read of journeys in SQL; without personal data."""

from django.db import migrations

MEMBER = """
CREATE VIEW journeys_facts_member AS
SELECT m.org_id AS org, m.id AS member, m.cycle_id AS cycle, c.journey_id AS journey, j.slug,
    m.conference, m.contact, m.state, m.node, m.node_since, m.reason, m.message,
    m.entered_at, m.settled_at
FROM journeys_member m
JOIN journeys_cycle c ON c.id = m.cycle_id
JOIN journeys_journey j ON j.id = c.journey_id
"""
RESEND = """
CREATE VIEW journeys_facts_resend AS
SELECT org_id AS org, id AS resend, journey_id AS journey, conference, contact, message, at
FROM journeys_resend
"""


class Migration(migrations.Migration):
    dependencies = [("journeys", "0001_initial")]
    operations = [
        migrations.RunSQL([MEMBER], ["DROP VIEW journeys_facts_member"]),
        migrations.RunSQL([RESEND], ["DROP VIEW journeys_facts_resend"]),
    ]
