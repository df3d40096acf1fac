"""What waits is updated twice within seconds: room beside it keeps that on its page, and the
second time out of the indexes."""

from django.db import migrations

from postlude.kernel import store


class Migration(migrations.Migration):
    dependencies = [("messages", "0007_facts_of_templates")]
    operations = [
        migrations.RunPython(
            lambda apps, editor: store.leave_room(editor, "messages_outbox", 50),
            migrations.RunPython.noop,
        ),
    ]
