"""Touches that were kept before learn whom they are of; their clicks wait for a verdict."""

from django.db import migrations

FILL = """
UPDATE tracking_touch SET contact = m.contact, channel = m.channel, node = m.node,
    template = (
        SELECT v.template_id FROM messages_templateversion v WHERE v.id = m.template_version_id
    ),
    cycle = m.cycle, testing = m.testing
FROM messages_message m
WHERE m.id = tracking_touch.message AND m.org_id = tracking_touch.org_id
    AND tracking_touch.channel = ''
"""
AWAIT = """
INSERT INTO tracking_unjudged (touch, org_id, at)
SELECT id, org_id, at FROM tracking_touch
WHERE kind = 'click' AND NOT testing AND id NOT IN (SELECT touch FROM tracking_unjudged)
"""


class Migration(migrations.Migration):
    dependencies = [("tracking", "0003_what_a_touch_is_of")]
    operations = [migrations.RunSQL([FILL, AWAIT], migrations.RunSQL.noop)]
