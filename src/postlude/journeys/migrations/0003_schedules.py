"""Journeys that start at a set time, and what calendar entries say of a conference.

The view of members says by which lane they came: 0 a sale, 2 a schedule.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

import postlude.kernel.ids
from postlude.kernel.new_tables import NewTables

_MEMBER = """
CREATE VIEW journeys_facts_member AS
SELECT m.org_id AS org, m.id AS member, m.cycle_id AS cycle, c.journey_id AS journey, j.slug,
    m.conference, m.contact, m.state, m.node, m.node_since, m.reason, m.message,
    m.entered_at, m.settled_at{more}
FROM journeys_member m
JOIN journeys_cycle c ON c.id = m.cycle_id
JOIN journeys_journey j ON j.id = c.journey_id
"""
_DROP = "DROP VIEW journeys_facts_member"


def _one(to: str, **more: object) -> models.ForeignKey:
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=to, **more
    )


def _id() -> models.BigIntegerField:
    return models.BigIntegerField(
        default=postlude.kernel.ids.new_id, primary_key=True, serialize=False
    )


class Migration(migrations.Migration):
    dependencies = [("journeys", "0002_facts")]
    operations = [
        migrations.RunSQL([_DROP], [_MEMBER.format(more="")]),
        migrations.AddField(
            model_name="member",
            name="lane",
            field=models.SmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddIndex(
            model_name="member",
            index=models.Index(
                condition=Q(("state__in", ("ready", "waiting"))),
                fields=["lane", "due", "id"],
                name="journeys_member_lane",
            ),
        ),
        migrations.RemoveIndex(model_name="member", name="journeys_member_due"),
        NewTables([
            migrations.CreateModel(
                name="Slot",
                fields=[
                    ("id", _id()),
                    ("scope", models.CharField(max_length=100)),
                    ("conference", models.BigIntegerField()),
                    ("due_at", models.DateTimeField()),
                    ("begun_at", models.DateTimeField()),
                    ("frozen_to", models.BigIntegerField(default=0)),
                    ("frozen_at", models.DateTimeField(null=True)),
                    ("owner", models.CharField(blank=True, default="", max_length=64)),
                    ("lease_until", models.DateTimeField(null=True)),
                    ("cycle", _one("journeys.cycle")),
                    ("journey", _one("journeys.journey", db_index=False)),
                    ("org", _one("orgs.organization", db_index=False)),
                    ("version", _one("journeys.journeyversion", db_index=False)),
                ],
                options={
                    "db_table": "journeys_slot",
                    "indexes": [
                        models.Index(fields=["org", "conference"], name="journeys_slot_conference")
                    ],
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("org", "journey", "scope"), name="journeys_slot_u"
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="Occasion",
                fields=[
                    ("id", _id()),
                    ("conference", models.BigIntegerField()),
                    ("place", models.CharField(blank=True, default="", max_length=300)),
                    ("website", models.CharField(blank=True, default="", max_length=500)),
                    ("org", _one("orgs.organization", db_index=False)),
                ],
                options={
                    "db_table": "journeys_occasion",
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("org", "conference"), name="journeys_occasion_u"
                        )
                    ],
                },
            ),
        ]),
        migrations.RunSQL([_MEMBER.format(more=", m.lane")], [_DROP]),
    ]
