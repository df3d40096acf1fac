"""How an organisation measures what comes back from its messages, and since which day.

Written down, never changed: a figure of last year is counted as was the rule then.
"""

from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from datetime import date, datetime
from typing import Any

from postlude.kernel import boundaries, ids, store, work
from postlude.orgs.errors import BadSetting
from postlude.orgs.models import MeasuringRule
from postlude.orgs.retention import check_kept
from postlude.orgs.types import Counts, Identity, Measuring

# Whose a click is was said anew, from the day that the key is.
IDENTITY = "measuring.identity"
_BOUNDS = {
    "too_soon_ms": (0, 600_000),
    "every_link_s": (0, 600),
    "trap_within_s": (0, 86_400),
}
_SETTINGS = tuple(each.name for each in fields(Measuring) if each.name != "from_day")


def measuring(org: int) -> tuple[Measuring, ...]:
    """Return every rule with the first day it holds for, in order; the first one has none."""
    rows = MeasuringRule.objects.filter(org=org).order_by("from_day", "id")
    by_day = {row.from_day: _rule(row) for row in rows}  # of one day the last word holds
    return (Measuring(), *by_day.values())


def measuring_on(org: int, day: date) -> Measuring:
    """Return the rule that holds for a local day."""
    return on(measuring(org), day)


def on(rules: Sequence[Measuring], day: date) -> Measuring:
    """Return the one of these that holds for a day. Pure."""
    return [each for each in rules if each.from_day is None or each.from_day <= day][-1]


def measuring_said(org: int) -> int:
    """Return how often something was said of measuring: a number that only grows."""
    return MeasuringRule.objects.filter(org=org).count()


def set_measuring(
    org: int, *, from_day: date, actor: str, now: datetime, **changes: Any
) -> Measuring:
    """Let what is given hold from a day on, the rest as it is then.

    Raises BadSetting, and FactsGone for a day of which all that was said is final. `changes` are
    fields of Measuring. A later day that has a rule of its own keeps it. Where that makes a click
    somebody else's, `measuring.identity` is published in the same commit.
    """
    if unknown := sorted(set(changes) - set(_SETTINGS)):
        raise BadSetting(setting=unknown[0], value="not a setting of measuring")
    try:
        wanted = {
            **changes,
            **({"counts": Counts(changes["counts"])} if "counts" in changes else {}),
            **({"identity": Identity(changes["identity"])} if "identity" in changes else {}),
        }
    except ValueError as error:
        raise BadSetting(setting="measuring", value=str(error)) from None
    for name, (least, most) in _BOUNDS.items():
        if name in wanted and not least <= wanted[name] <= most:
            raise BadSetting(setting=name, value=wanted[name])
    check_kept(org, from_day)
    with store.write():
        before = measuring_on(org, from_day)
        rule = replace(before, **wanted, from_day=from_day)
        values = {**asdict(rule), "counts": rule.counts.value, "whose": rule.identity.value}
        del values["identity"]
        MeasuringRule.objects.create(
            id=ids.new_id(), org_id=org, actor=actor[:100], at=now, **values
        )
        if rule.identity is not before.identity:
            work.publish(IDENTITY, org, [from_day.isoformat()])
    boundaries.crossing("orgs.measuring_set")
    return rule


def _rule(row: MeasuringRule) -> Measuring:
    return Measuring(
        from_day=row.from_day,
        counts=Counts(row.counts),
        identity=Identity(row.whose),
        trap=row.trap,
        needs_consent=row.needs_consent,
        too_soon_ms=row.too_soon_ms,
        every_link_s=row.every_link_s,
        trap_within_s=row.trap_within_s,
    )
