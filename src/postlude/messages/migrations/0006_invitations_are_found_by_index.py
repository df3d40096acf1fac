"""Invitations are read on every page of the console: not through all the messages of a chain."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messages", "0005_the_branch_of_a_message")]
    operations = [
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("klass", "transactional"), ("testing", False)),
                fields=["org", "id"],
                name="messages_message_invitation",
            ),
        ),
    ]
