"""The branch that a message is about stands in its context, and is shown to other rooms."""

from django.db import migrations

_MESSAGE = """
CREATE VIEW messages_facts_message AS
SELECT org_id AS org, id AS message, klass, channel, sender_id AS sender, cycle, node,
    template_version_id AS template_version, locale, contact, key, fallback_of,
    CAST(context ->> 'conference' AS bigint) AS conference,
    testing, day, created_at, deadline, state, reason, accepted_at, settled_at, segments, cost{more}
FROM messages_message
"""
_MORE = ", CAST(context ->> 'branch' AS bigint) AS branch"
_DROP = "DROP VIEW messages_facts_message"


class Migration(migrations.Migration):
    dependencies = [("messages", "0004_unsure_since")]
    operations = [
        migrations.RunSQL([_DROP], [_MESSAGE.format(more="")]),
        migrations.RunSQL([_MESSAGE.format(more=_MORE)], [_DROP]),
    ]
