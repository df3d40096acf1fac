"""Who took a rule off line, and who put it back, is never changed: the database refuses it."""

from django.db import migrations

from postlude.kernel.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("rules", "0003_promotion_facts")]
    operations = [append_only("rules_switch", unique=("id",))]
