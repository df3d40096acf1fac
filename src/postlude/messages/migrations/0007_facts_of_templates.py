"""Which template a message was written by, by its version; what templates are called, and by which
vendor a sender sends."""

from django.db import migrations

VERSION = """
CREATE VIEW messages_facts_version AS
SELECT org_id AS org, id AS template_version, template_id AS template, number, created_at
FROM messages_templateversion
"""
TEMPLATE = """
CREATE VIEW messages_facts_template AS
SELECT org_id AS org, id AS template, slug, kind FROM messages_template
"""
SENDER = """
CREATE VIEW messages_facts_sender AS
SELECT org_id AS org, id AS sender, slug, channel AS vendor FROM messages_sender
"""


class Migration(migrations.Migration):
    dependencies = [("messages", "0006_invitations_are_found_by_index")]
    operations = [
        migrations.RunSQL([VERSION], ["DROP VIEW messages_facts_version"]),
        migrations.RunSQL([TEMPLATE], ["DROP VIEW messages_facts_template"]),
        migrations.RunSQL([SENDER], ["DROP VIEW messages_facts_sender"]),
    ]
