"""A touch says itself whom and what it is of, and whether it was human is said beside it.

The columns are added with constant defaults: neither engine rewrites the table for that, however
many touches there are.
"""

import django.db.models.deletion
from django.db import migrations, models

from postlude.kernel.new_tables import NewTables

VIEW = """
CREATE VIEW tracking_facts_touch AS
SELECT t.org_id AS org, t.id AS touch, t.kind, t.message, t.link, t.subject, t.contact,
    COALESCE(t.visitor, c.visitor) AS visitor, t.channel, t.node, t.template, t.cycle, t.testing,
    t.at, t.day, t.recorded_at, t.provider, t.agent, v.human,
    COALESCE(v.reasons, t.reasons) AS reasons,
    CASE WHEN (t.reasons & 103) <> 0
            OR ((t.reasons & 16) <> 0 AND t.provider = 'own')
            OR ((t.reasons & 8) <> 0 AND t.kind <> 'open')
        THEN 1 ELSE 0 END AS by_machine
FROM tracking_touch t
LEFT JOIN tracking_verdict v ON v.touch = t.id
LEFT JOIN tracking_clicker c ON c.touch = t.id
"""
_OLD_VIEW = """
CREATE VIEW tracking_facts_touch AS
SELECT org_id AS org, id AS touch, kind, message, link, subject, at, day, recorded_at, provider,
    agent, reasons,
    CASE WHEN (reasons & 103) <> 0
            OR ((reasons & 16) <> 0 AND provider = 'own')
            OR ((reasons & 8) <> 0 AND kind <> 'open')
        THEN 1 ELSE 0 END AS by_machine
FROM tracking_touch
"""
_DROP = "DROP VIEW tracking_facts_touch"
_COLUMNS = (
    ("contact", "bigint NULL", models.BigIntegerField(null=True)),
    ("visitor", "bigint NULL", models.BigIntegerField(null=True)),
    (
        "channel",
        "varchar(32) NOT NULL DEFAULT ''",
        models.CharField(blank=True, db_default="", default="", max_length=32),
    ),
    (
        "node",
        "varchar(100) NOT NULL DEFAULT ''",
        models.CharField(blank=True, db_default="", default="", max_length=100),
    ),
    ("template", "bigint NULL", models.BigIntegerField(null=True)),
    ("cycle", "bigint NULL", models.BigIntegerField(null=True)),
    (
        "testing",
        "bool NOT NULL DEFAULT false",
        models.BooleanField(db_default=False, default=False),
    ),
)


def _org() -> "models.ForeignKey[models.Model, models.Model]":
    return models.ForeignKey(
        db_index=False,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to="orgs.organization",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("tracking", "0002_facts"),
        ("orgs", "0001_initial"),
        ("messages", "0006_invitations_are_found_by_index"),
    ]
    operations = [
        migrations.RunSQL([_DROP], [_OLD_VIEW]),
        *(
            migrations.RunSQL(
                [f"ALTER TABLE tracking_touch ADD COLUMN {name} {column}"],
                [f"ALTER TABLE tracking_touch DROP COLUMN {name}"],
                state_operations=[migrations.AddField("touch", name, field)],
            )
            for name, column, field in _COLUMNS
        ),
        NewTables(
            [
                migrations.CreateModel(
                    name="Verdict",
                    fields=[
                        ("touch", models.BigIntegerField(primary_key=True, serialize=False)),
                        ("human", models.BooleanField(null=True)),
                        ("reasons", models.IntegerField(default=0)),
                        ("rule", models.SmallIntegerField()),
                        ("judged_at", models.DateTimeField()),
                        ("first_judged_at", models.DateTimeField()),
                        ("org", _org()),
                    ],
                    options={"db_table": "tracking_verdict"},
                ),
                migrations.CreateModel(
                    name="Unjudged",
                    fields=[
                        ("touch", models.BigIntegerField(primary_key=True, serialize=False)),
                        ("at", models.DateTimeField()),
                        ("org", _org()),
                    ],
                    options={
                        "db_table": "tracking_unjudged",
                        "indexes": [
                            models.Index(fields=["at", "touch"], name="tracking_unjudged_at")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Clicker",
                    fields=[
                        ("touch", models.BigIntegerField(primary_key=True, serialize=False)),
                        ("visitor", models.BigIntegerField()),
                        ("at", models.DateTimeField()),
                        ("org", _org()),
                    ],
                    options={
                        "db_table": "tracking_clicker",
                        "indexes": [
                            models.Index(fields=["org", "visitor"], name="tracking_clicker_visitor")
                        ],
                    },
                ),
            ]
        ),
        migrations.RunSQL([VIEW], [_DROP]),
    ]
