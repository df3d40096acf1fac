"""A vendor that does not report the name of a program has said nothing about it."""

from importlib import import_module

from django.db import migrations

BEFORE = import_module("postlude.tracking.migrations.0003_what_a_touch_is_of").VIEW
VIEW = BEFORE.replace(
    "COALESCE(v.reasons, t.reasons) AS reasons",
    "COALESCE(v.reasons, t.reasons) - CASE WHEN t.provider = 'own' THEN 0 "
    "ELSE COALESCE(v.reasons, t.reasons) & 16 END AS reasons",
)
_DROP = "DROP VIEW tracking_facts_touch"


class Migration(migrations.Migration):
    dependencies = [("tracking", "0005_touches_by_whom_and_what")]
    operations = [migrations.RunSQL([_DROP, VIEW], [_DROP, BEFORE])]
