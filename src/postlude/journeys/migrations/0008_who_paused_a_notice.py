"""Who paused a notice, resumed it, or began a run by hand is never changed."""

import django.db.models.deletion
from django.db import migrations, models

import postlude.kernel.ids
from postlude.kernel.append_only import append_only
from postlude.kernel.new_tables import NewTables


def _one(to: str) -> models.ForeignKey:
    return models.ForeignKey(
        db_index=False,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to=to,
    )


class Migration(migrations.Migration):
    dependencies = [("journeys", "0007_paths")]
    operations = [
        NewTables([
            migrations.CreateModel(
                name="Switch",
                fields=[
                    (
                        "id",
                        models.BigIntegerField(
                            default=postlude.kernel.ids.new_id, primary_key=True, serialize=False
                        ),
                    ),
                    ("what", models.CharField(max_length=8)),
                    ("actor", models.CharField(max_length=100)),
                    ("at", models.DateTimeField()),
                    ("journey", _one("journeys.journey")),
                    ("org", _one("orgs.organization")),
                ],
                options={
                    "db_table": "journeys_switch",
                    "indexes": [
                        models.Index(
                            fields=["org", "journey", "id"], name="journeys_switch_journey"
                        )
                    ],
                },
            ),
        ]),
        append_only("journeys_switch", unique=("id",)),
    ]
