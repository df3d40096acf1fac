import django.db.models.deletion
from django.db import migrations, models

import postlude.kernel.ids

# What other rooms may read of rule orders in SQL. `versions`, `gifts` and `missed` are JSON as text:
# the versions in force, what they give, and why the others did not come into force.
ORDER = """
CREATE VIEW rules_facts_order AS
SELECT org_id AS org, id AS order_id, key, business, card, contact, amount AS amount_minor,
    currency, CAST(versions AS text) AS versions, CAST(gifts AS text) AS gifts,
    CAST(missed AS text) AS missed, decided_at, day, expires_at
FROM rules_order
"""
VERSION = """
CREATE VIEW rules_facts_version AS
SELECT v.org_id AS org, v.id AS version, v.key AS rule, v.number, v.created_at,
    CASE WHEN h.version_id = v.id THEN 1 ELSE 0 END AS in_force, h.paused_at, h.retired_at
FROM rules_version v
JOIN rules_head h ON h.org_id = v.org_id AND h.key = v.key
"""
PREVIEW = """
CREATE VIEW rules_facts_preview AS
SELECT org_id AS org, rule, day, times FROM rules_preview
"""


class Migration(migrations.Migration):
    dependencies = (
        ("orgs", "0001_initial"),
        ("rules", "0002_append_only"),
    )
    operations = (
        migrations.CreateModel(
            name="PreviewTally",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        default=postlude.kernel.ids.new_id, primary_key=True, serialize=False
                    ),
                ),
                ("rule", models.CharField(max_length=100)),
                ("day", models.DateField()),
                ("times", models.BigIntegerField(default=0)),
                (
                    "org",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.organization",
                    ),
                ),
            ],
            options={
                "db_table": "rules_preview",
                "constraints": (
                    models.UniqueConstraint(fields=("org", "rule", "day"), name="rules_preview_u"),
                ),
            },
        ),
        migrations.CreateModel(
            name="Switch",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        default=postlude.kernel.ids.new_id, primary_key=True, serialize=False
                    ),
                ),
                ("rule", models.CharField(max_length=100)),
                ("paused", models.BooleanField()),
                ("actor", models.CharField(max_length=100)),
                ("at", models.DateTimeField()),
                (
                    "org",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.organization",
                    ),
                ),
            ],
            options={
                "db_table": "rules_switch",
                "indexes": (
                    models.Index(fields=("org", "rule", "id"), name="rules_switch_rule"),
                ),
            },
        ),
        migrations.RunSQL([ORDER], ["DROP VIEW rules_facts_order"]),
        migrations.RunSQL([VERSION], ["DROP VIEW rules_facts_version"]),
        migrations.RunSQL([PREVIEW], ["DROP VIEW rules_facts_preview"]),
    )
