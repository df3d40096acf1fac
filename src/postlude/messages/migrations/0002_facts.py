"""What other rooms may read of messages in SQL; without personal data.

`conference` is what the message is about, where its context says so.
"""

from django.db import migrations

MESSAGE = """
CREATE VIEW messages_facts_message AS
SELECT org_id AS org, id AS message, klass, channel, sender_id AS sender, cycle, node,
    template_version_id AS template_version, locale, contact, key, fallback_of,
    CAST(context ->> 'conference' AS bigint) AS conference,
    testing, day, created_at, deadline, state, reason, accepted_at, settled_at, segments, cost
FROM messages_message
"""
ATTEMPT = """
CREATE VIEW messages_facts_attempt AS
SELECT org_id AS org, id AS attempt, message, kind, at FROM messages_attempt
"""
OUTBOX = """
CREATE VIEW messages_facts_outbox AS
SELECT org_id AS org, id AS message, sender_id AS sender, lane, phase, due, deadline, attempts
FROM messages_outbox
"""


class Migration(migrations.Migration):
    dependencies = [("messages", "0001_initial")]
    operations = [
        migrations.RunSQL([MESSAGE], ["DROP VIEW messages_facts_message"]),
        migrations.RunSQL([ATTEMPT], ["DROP VIEW messages_facts_attempt"]),
        migrations.RunSQL([OUTBOX], ["DROP VIEW messages_facts_outbox"]),
    ]
