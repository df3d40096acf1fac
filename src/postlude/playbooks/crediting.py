"""What a playbook says of credit, carried into its rooms and held against what is in force."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from postlude.attribution import api as attribution
from postlude.attribution.api import Model, OrderRule, OrderSort
from postlude.orgs import api as orgs
from postlude.orgs.types import Counts, Identity, Measuring
from postlude.playbooks import durations, shape
from postlude.playbooks.credit import Attribution
from postlude.playbooks.reading import Document, Place
from postlude.playbooks.types import Problem

_HERE = "attribution"
_COUNTS = {"human": Counts.SEED, "filtered": Counts.FILTERED, "raw": Counts.RAW}


def problems(document: Document, playbook: shape.Playbook) -> Iterator[Problem]:
    """Yield what is wrong with it, each mistake at its line."""
    part = playbook.attribution
    if part is None:
        return
    windows: list[tuple[Place, timedelta]] = [((_HERE, "within"), part.within)]
    windows += [((_HERE, "channels", name), each) for name, each in part.channels.items()]
    for place, window in windows:
        if window > attribution.LONGEST_WINDOW:
            words = "An open or a click counts for at most 31 days."
            yield document.problem(place, words, "Such as 24 hours, or 5 days.")
    if part.tickets_since is not None and part.orders is not None and "tickets" not in part.orders:
        words = "`tickets_since` is about orders of tickets, and `orders` leaves these out."
        hint = "Name `tickets` among `orders`, or leave `tickets_since` out."
        yield document.problem((_HERE, "tickets_since"), words, hint, key=True)
    if part.since is not None and part.counts is None and part.identity is None:
        words = "`since` says from which day `counts` or `identity` holds, and neither is here."
        hint = "Add one of them; windows hold for every order."
        yield document.problem((_HERE, "since"), words, hint, key=True)


def carry(org: int, part: Attribution | None, *, actor: str, now: datetime) -> None:
    """Let it hold; what holds already is said no second time. None leaves everything as it is."""
    if part is None:
        return
    attribution.credit_within(
        org,
        {str(name): each for name, each in part.channels.items()},
        within=part.within,
        model=Model(part.model),
        by_campaign=part.new_session_by_campaign,
        sorts=_sorts(part),
        tickets_from=_tickets_from(org, part),
        now=now,
    )
    first = _first_day(org, part, now)
    changes = _changes(part, orgs.measuring_on(org, first))
    if changes:
        orgs.set_measuring(org, from_day=first, actor=actor, now=now, **changes)


def sentence(part: Attribution) -> str:
    """Say it in words."""
    said = [durations.words(part.within)]
    said += [f"{name} {durations.words(each)}" for name, each in part.channels.items()]
    said += [f"shared by {part.model}"]
    said += ["another campaign is another session"] if part.new_session_by_campaign else []
    said += [f"orders of {' and '.join(part.orders)} are credited"] if part.orders else []
    said += [f"of tickets since {part.tickets_since}"] if part.tickets_since else []
    said += [f"{part.counts} touches count"] if part.counts else []
    said += [f"a click is its {part.identity}'s"] if part.identity else []
    said += [f"these since {part.since}"] if part.since and (part.counts or part.identity) else []
    return ", ".join(said)


def in_force(org: int, part: Attribution, *, now: datetime) -> dict[str, Any]:
    """Return what holds now, as a file would say it; touches by the file's first day."""
    rule = attribution.rule_of(org)
    return _said(org, rule, orgs.measuring_on(org, _first_day(org, part, now)))


def wanted(org: int, part: Attribution, *, now: datetime) -> dict[str, Any]:
    """Return what would hold by the file."""
    named = {str(name): each for name, each in part.channels.items() if each != part.within}
    model = Model(part.model)
    held = attribution.rule_of(org)
    rule = OrderRule(
        0,
        part.within,
        named,
        model,
        part.new_session_by_campaign,
        held.sorts if part.orders is None else frozenset(_sorts(part) or ()),
        _tickets_from(org, part) or held.tickets_from,
    )
    it = orgs.measuring_on(org, _first_day(org, part, now))
    changed = {"counts": it.counts, "identity": it.identity, **_changes(part, it)}
    return _said(org, rule, Measuring(counts=changed["counts"], identity=changed["identity"]))


def _said(org: int, rule: OrderRule, it: Measuring) -> dict[str, Any]:
    names = {counts: name for name, counts in _COUNTS.items()}
    since = rule.tickets_from
    return {
        "within": durations.words(rule.within),
        "channels": {name: durations.words(each) for name, each in rule.windows.items()},
        "model": rule.model.value,
        "new_session_by_campaign": rule.by_campaign,
        "orders": sorted(each.value for each in rule.sorts),
        "tickets_since": "" if since is None else str(orgs.local_day(org, since)),
        "counts": names[it.counts],
        "identity": it.identity.value,
    }


def _sorts(part: Attribution) -> list[OrderSort] | None:
    return None if part.orders is None else [OrderSort(each) for each in part.orders]


def _tickets_from(org: int, part: Attribution) -> datetime | None:
    return None if part.tickets_since is None else orgs.day_bounds(org, part.tickets_since)[0]


def _first_day(org: int, part: Attribution, now: datetime) -> date:
    return part.since or orgs.local_day(org, now)


def _changes(part: Attribution, it: Measuring) -> Mapping[str, Any]:
    """Return what is to be said anew of how touches are measured."""
    found: dict[str, Any] = {}
    if part.counts is not None and _COUNTS[part.counts] is not it.counts:
        found["counts"] = _COUNTS[part.counts]
    if part.identity is not None and Identity(part.identity) is not it.identity:
        found["identity"] = Identity(part.identity)
    return found
