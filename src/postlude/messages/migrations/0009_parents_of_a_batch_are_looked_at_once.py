"""Five hundred messages of one sender: PostgreSQL looks for it once, and not five hundred times."""

from django.db import migrations

from postlude.kernel.parents import looked_at_together


class Migration(migrations.Migration):
    dependencies = [
        ("messages", "0008_room_beside_what_waits"),
        ("orgs", "0001_initial"),
    ]
    operations = [
        looked_at_together(
            "messages_message",
            {
                "org_id": "orgs_organization",
                "sender_id": "messages_sender",
                "template_version_id": "messages_templateversion",
            },
        ),
        looked_at_together(
            "messages_outbox", {"org_id": "orgs_organization", "sender_id": "messages_sender"}
        ),
    ]
