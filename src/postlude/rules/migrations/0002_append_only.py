"""What was published and what was decided is never changed: the database refuses it."""

from django.db import migrations

from postlude.kernel.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("rules", "0001_initial")]
    operations = [
        append_only("rules_version", unique=("org_id", "key", "number")),
        append_only("rules_order", unique=("org_id", "key")),
    ]
