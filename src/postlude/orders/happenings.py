"""Happenings: found by any name a source knows them by, made when new, merged when two are one."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from postlude.kernel import clock, ids, store
from postlude.orders import naming
from postlude.orders.conferences import (
    conference_for,
    kind_rules,
    named_conference,
    tidy,
)
from postlude.orders.errors import BadKind, BadSale, UnknownConference
from postlude.orders.matching import Names, find
from postlude.orders.merging import merge
from postlude.orders.models import Conference, Happening, Order, TicketType
from postlude.orders.news import tell_of_happenings
from postlude.orders.ticket_types import resolve_types
from postlude.orders.types import EventSeen, HappeningRef, Kind, SaleWarning
from postlude.orders.warnings import close, warn

Warned = list[SaleWarning]
_FACTS = ("slug", "external_id", "name", "kind", "kind_given", "starts_at", "ends_at", "conference")


def happenings(org: int) -> list[HappeningRef]:
    """Return every happening, newest first."""
    return [ref(row) for row in Happening.objects.filter(org=org).order_by("-id")]


def resolve(
    org: int, source: str, views: Iterable[tuple[EventSeen, str]], *, now: datetime
) -> tuple[dict[EventSeen, Happening], Warned]:
    """Return the happening of each event, and what to warn of; make those that are new.

    `views` are (event, order number): an order belongs to one event, so an order that we hold
    proves which happening it is when the names do not. Call inside `write()`. The happenings
    stay locked until then: the sales of one happening take turns.
    """
    pairs = list(dict.fromkeys(views))
    held = _orders(org, source, [number for _, number in pairs])
    events = list(dict.fromkeys(event for event, _ in pairs))
    known = _locked(org, source, events, held.values())
    found: dict[EventSeen, Happening] = {}
    warned: Warned = []
    for event in events:
        row, news = _settle(org, source, known, event, now)
        found[event] = row
        warned += news
    for event, number in pairs:
        other, row = known.get(held.get(number, 0)), known[found[event].id]
        if other is not None and other.id != row.id and _names(other).fits(_names(row)):
            _unite(org, known, [other, row], event, now)
    return {event: known[row.id] for event, row in found.items()}, warned


def _orders(org: int, source: str, numbers: Sequence[str]) -> dict[str, int]:
    rows = Order.objects.filter(org=org, source=source, number__in=[n for n in numbers if n])
    return dict(rows.values_list("number", "happening"))


def _locked(
    org: int, source: str, events: Sequence[EventSeen], also: Iterable[int] = ()
) -> dict[int, Happening]:
    """Lock whatever may be one of the events, in one order everywhere, and return it by id.

    A row that is merged later on leaves its id behind, which then leads to the row that was kept.
    """
    numbers = {event.external_id for event in events if event.external_id}
    slugs = {event.slug for event in events if event.slug}
    names = {naming.fold(event.name) for event in events if event.name}
    everything = Happening.objects.filter(org=org, source=source)
    wanted = {
        row
        for row, number, slug, name in everything.values_list("id", "external_id", "slug", "name")
        if number in numbers or slug in slugs or naming.fold(name) in names
    }
    rows = (
        everything.filter(id__in=wanted | set(also))
        .select_related("conference")
        .select_for_update(no_key=True, of=("self",))
    )
    return {row.id: row for row in rows.order_by("id")}


def _settle(
    org: int, source: str, known: dict[int, Happening], event: EventSeen, now: datetime
) -> tuple[Happening, Warned]:
    """Return the one row of the event, made, merged or taught what the event adds."""
    same = _find(known, event)
    if not same:
        name = event.name or event.slug or event.external_id
        if not name or not (event.slug or event.external_id):
            raise BadSale(missing="the event's number or slug")
        conference = conference_for(org, name)
        # Under the conference's lock: somebody may have made it while we waited.
        known |= {
            id_: row for id_, row in _locked(org, source, [event]).items() if id_ not in known
        }
        same = _find(known, event)
        if not same:
            row = _make(org, source, event, conference)
            known[row.id] = row
            return row, _warnings_of(org, row)
    names = {each.name for each in same}
    row = _unite(org, known, same, event, now)
    return row, [] if row.name in names else _warnings_of(org, row)


def _find(known: dict[int, Happening], event: EventSeen) -> list[Happening]:
    rows = list({row.id: row for row in known.values()}.values())
    names = Names(event.external_id, event.slug, event.name)
    return [rows[i] for i in find([_names(row) for row in rows], names)]


def _names(row: Happening) -> Names:
    return Names(row.external_id, row.slug, row.name)


def _make(org: int, source: str, event: EventSeen, conference: Conference) -> Happening:
    name = str(event.name or event.slug or event.external_id)
    row = Happening(
        id=ids.new_id(),
        org_id=org,
        conference=conference,
        source=source,
        external_id=event.external_id,
        slug=event.slug,
        name=name,
        kind=_checked(event.kind) or naming.kind_of(name, kind_rules(org)),
        kind_given=event.kind is not None,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
    )
    row.save(force_insert=True)
    return row


def _checked(kind: str | None) -> str | None:
    if kind is not None and kind not in set(Kind):
        raise BadKind(kind=kind)
    return kind


def _unite(
    org: int,
    known: dict[int, Happening],
    same: Sequence[Happening],
    event: EventSeen,
    now: datetime,
) -> Happening:
    """Make one row of `same`, teach it what the event adds, and tell of it if that changed it."""
    row, *others = sorted(same, key=lambda each: each.id)
    before = _facts(row)
    for other in others:
        merge(org, row, other, now=now)
        known[other.id] = row
    _learn(row, event, [each for each in known.values() if each.id != row.id])
    if row.name != before["name"] or others:
        _decide_again(org, row)
    if others or _facts(row) != before:
        row.save()
        _tell(org, row, before, merged=bool(others), now=now)
        if others or row.conference != before["conference"]:
            tidy(org)
    return row


def _decide_again(org: int, row: Happening) -> None:
    """Under a new name it may be of another kind, and may belong to a conference after all."""
    if not row.kind_given:
        row.kind = naming.kind_of(row.name, kind_rules(org))
    if row.conference.automatic:
        row.conference = named_conference(org, row.name) or row.conference


def _facts(row: Happening) -> dict[str, object]:
    return {field: getattr(row, field) for field in _FACTS}


def _learn(row: Happening, event: EventSeen, others: Sequence[Happening]) -> None:
    """Fill in what this view of the event adds; a given kind beats the rules."""
    row.external_id = row.external_id or event.external_id
    taken = any(other.slug == event.slug for other in others)
    renamed = event.external_id is not None and row.external_id == event.external_id
    if event.slug and not taken and (row.slug is None or renamed):
        row.slug = event.slug
    row.name = event.name or row.name
    if event.kind is not None:
        row.kind, row.kind_given = str(_checked(event.kind)), True
    row.starts_at = event.starts_at or row.starts_at
    row.ends_at = event.ends_at or row.ends_at


def _tell(
    org: int, row: Happening, before: dict[str, object], *, merged: bool, now: datetime
) -> None:
    moved = row.conference != before["conference"]
    tell_of_happenings(org, [row.id], moved=moved or merged)
    if row.kind != Kind.OTHER or row.kind_given:
        close(org, "unknown_kind", f"happening:{row.id}", now=now)
    if not row.conference.automatic:
        close(org, "happening_alone", f"happening:{row.id}", now=now)


def _warnings_of(org: int, row: Happening) -> Warned:
    """What a person should know of a happening that has just been made or renamed."""
    warned = []
    if row.kind == Kind.OTHER and not row.kind_given:
        warned.append(
            SaleWarning(
                "unknown_kind",
                f"happening:{row.id}",
                f"No rule says of which kind “{row.name}” is; it is loaded as “other”.",
                "Add a pattern under `kinds` in the playbook and apply it.",
            )
        )
    named = Conference.objects.filter(org=org, automatic=False)
    if row.conference.automatic and named.exists():
        warned.append(
            SaleWarning(
                "happening_alone",
                f"happening:{row.id}",
                f"“{row.name}” fits no conference of the playbook and stands alone.",
                "Widen the conference's pattern in the playbook and apply it.",
            )
        )
    return warned


def ensure_happening(
    org: int,
    event: EventSeen,
    *,
    source: str = "kktix",
    conference: str | None = None,
    totals: dict[str, int | None] | None = None,
) -> HappeningRef:
    """Make or change a happening; `conference` is a slug, `totals` the seats per ticket type."""
    now = clock.now()
    with store.write():
        found, warned = resolve(org, source, [(event, "")], now=now)
        warn(org, warned, now=now)
        row = found[event]
        if conference is not None:
            target = Conference.objects.filter(org=org, slug=conference).first()
            if target is None:
                raise UnknownConference(conference=conference)
            if row.conference != target:
                row.conference = target
                row.save()
                tell_of_happenings(org, [row.id], moved=True)
                tidy(org)
        if totals:
            types = resolve_types(org, [(row.id, name, None) for name in totals])
            for name, total in totals.items():
                TicketType.objects.filter(org=org, id=types[row.id, name].id).update(total=total)
    return ref(row)


def ref(row: Happening) -> HappeningRef:
    return HappeningRef(
        row.id,
        row.source,
        row.external_id,
        row.slug,
        row.name,
        row.kind,
        row.conference_id,
        row.starts_at,
        row.ends_at,
    )
