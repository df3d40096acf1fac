"""The first page: a conference's sale, and every buyer on the way to the invitation."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from postlude.console.readings import attention, people_rows
from postlude.console.readings.board import Board, Buyer, Sold, board
from postlude.console.stages import Stage, quantile
from postlude.console.types import (
    BuyerRow,
    Card,
    Minute,
    SalesPage,
    Station,
    Timings,
    Tone,
    TypeRow,
)
from postlude.kernel import work
from postlude.orders.types import ConferenceRef
from postlude.orgs.types import OrgRef
from postlude.sources import api as sources
from postlude.warehouse import api as warehouse

LATEST = 5
_TROUBLES = 5
_MINUTES = 240
_CHARTED = 3_600.0  # an import of old sales says nothing about speed


def page(org: OrgRef, conference: ConferenceRef | None, *, now: datetime) -> SalesPage:
    """Return everything the first page shows, at this moment."""
    seen = board(org.id, conference.id) if conference else Board(0)
    return SalesPage(
        conference=conference.name if conference else org.name,
        dates=_dates(conference, org),
        zone=org.zone,
        sources=_sources(org.id, now),
        cards=_cards(org, seen, now),
        stations=_stations(org.id, seen, now),
        rows=_type_rows(seen),
        timings=timings(seen),
        latest=latest(org, seen),
        troubles=attention.summary(org, now=now)[:_TROUBLES],
        empty=not seen.tickets,
    )


def _dates(conference: ConferenceRef | None, org: OrgRef) -> str:
    if conference is None or conference.starts_at is None:
        return ""
    zone = ZoneInfo(org.zone)
    first = conference.starts_at.astimezone(zone).date()
    last = (conference.ends_at or conference.starts_at).astimezone(zone).date()
    shown = date_format(first, "DATE_FORMAT")
    return shown if first == last else f"{shown} – {date_format(last, 'DATE_FORMAT')}"


def _sources(org: int, now: datetime) -> tuple[tuple[str, Tone], ...]:
    found = []
    for each in sources.status(org, now=now):
        if each.last_success_at is None:
            found.append((_("{source}: not heard yet").format(source=each.slug), Tone.WARN))
            continue
        # A clock time changes only when something was heard: a quiet page stays quite still.
        at = timezone.localtime(each.last_success_at).strftime("%H:%M:%S")
        shown = _("{source}: heard at {time}").format(source=each.slug, time=at)
        found.append((shown, Tone.BAD if each.silent else Tone.GOOD))
    return tuple(found)


def _holding(seen: Board, test: Callable[[Buyer], bool]) -> int:
    """Count the paid tickets whose holder passes the test."""
    return sum(1 for ticket, buyer in _paid(seen) if buyer is not None and test(buyer))


def _paid(seen: Board) -> list[tuple[Sold, Buyer | None]]:
    return [
        (each, seen.buyers.get(each.contact) if each.contact is not None else None)
        for each in seen.tickets
        if each.state == "paid"
    ]


def _at(*stages: Stage) -> Callable[[Buyer], bool]:
    return lambda buyer: buyer.stage in stages


def _cards(org: OrgRef, seen: Board, now: datetime) -> tuple[Card, ...]:
    sold = len(_paid(seen))
    buyers = len(list(seen.holders()))
    waiting = _holding(seen, _at(Stage.WAITING, Stage.GRANTED))
    refunded = sum(1 for each in seen.tickets if each.state == "refunded")
    unknown, failed = _holding(seen, _at(Stage.UNKNOWN)), _holding(seen, _at(Stage.FAILED))
    people = ngettext("{n} buyer", "{n} buyers", buyers).format(n=buyers)
    oldest = _oldest_wait(seen, now)
    wait = _("oldest {seconds} s").format(seconds=oldest) if oldest is not None else ""
    look = reverse("console:buyers", args=[org.slug])
    return (
        Card("sold", _("Sold"), sold, people, href=look),
        Card("granted", _("Granted"), _holding(seen, lambda b: b.granted)),
        Card("invited", _("Invited"), _holding(seen, lambda b: b.invited)),
        Card("delivered", _("Delivered"), _holding(seen, _at(Stage.DELIVERED, Stage.OPENED))),
        Card("waiting", _("Waiting"), waiting, wait, href=f"{look}?state=waiting"),
        Card(
            "unknown",
            _("Unknown"),
            unknown,
            _("answer lost") if unknown else "",
            Tone.WARN if unknown else Tone.PLAIN,
            f"{look}?state=unknown",
        ),
        Card(
            "failed",
            _("Failed"),
            failed,
            _("need you") if failed else "",
            Tone.BAD if failed else Tone.PLAIN,
            f"{look}?state=failed",
        ),
        Card("refunded", _("Refunded"), refunded, href=f"{look}?state=refunded"),
    )


def _oldest_wait(seen: Board, now: datetime) -> int | None:
    waiting = [
        each.sold_at
        for each in seen.holders()
        if each.stage in (Stage.WAITING, Stage.GRANTED) and each.sold_at is not None
    ]
    return round((now - min(waiting)).total_seconds()) if waiting else None


def _stations(org: int, seen: Board, now: datetime) -> tuple[Station, ...]:
    sold = len(_paid(seen))
    counts = (
        ("bought", _("Bought"), sold),
        ("pseudonymised", _("Pseudonymised"), _pseudonymised(org, seen, now)),
        ("granted", _("Granted"), _holding(seen, lambda b: b.granted)),
        ("invited", _("Invited"), _holding(seen, lambda b: b.invited)),
        ("delivered", _("Delivered"), _holding(seen, _at(Stage.DELIVERED, Stage.OPENED))),
        ("opened", _("Opened"), _holding(seen, _at(Stage.OPENED))),
    )
    return tuple(
        Station(key, label, count, count / sold if sold else 0.0, _percent(count, sold))
        for key, label, count in counts
    )


def _percent(part: int, whole: int) -> str:
    return f"{part * 100 / whole:.0f} %" if whole else "–"


def _pseudonymised(org: int, seen: Board, now: datetime) -> int:
    if warehouse.status(org, now=now).last_loaded_at is None:
        return 0
    waiting = pending_tickets(org)
    return sum(1 for each, _buyer in _paid(seen) if each.id not in waiting)


def pending_tickets(org: int) -> set[int]:
    """Return the tickets whose newest facts are not in the warehouse yet."""
    return {int(key) for key in work.keys_waiting(org, warehouse.CONSUMER)}


def _type_rows(seen: Board) -> tuple[TypeRow, ...]:
    groups: dict[tuple[str, str, str], list[Sold]] = defaultdict(list)
    for each in seen.tickets:
        groups[each.kind, each.event, each.ticket_type].append(each)
    return tuple(
        _type_row(key, Board(seen.conference, tuple(tickets), seen.buyers))
        for key, tickets in sorted(groups.items())
    )


def _type_row(key: tuple[str, str, str], part: Board) -> TypeRow:
    kind, event, ticket_type = key
    return TypeRow(
        event=event,
        ticket_type=ticket_type,
        kind=kind,
        sold=len(_paid(part)),
        granted=_holding(part, lambda b: b.granted),
        invited=_holding(part, lambda b: b.invited),
        delivered=_holding(part, _at(Stage.DELIVERED, Stage.OPENED)),
        opened=_holding(part, _at(Stage.OPENED)),
        waiting=_holding(part, _at(Stage.WAITING, Stage.GRANTED)),
        failed=_holding(part, _at(Stage.FAILED, Stage.UNKNOWN)),
        refunded=sum(1 for each in part.tickets if each.state == "refunded"),
    )


def timings(seen: Board) -> Timings:
    """Return how long buyers waited for the provider's yes: in all, and minute by minute."""
    waits: dict[datetime, list[float]] = defaultdict(list)
    for each in seen.holders():
        invitation, seconds = each.fate.invitation, each.seconds
        if invitation is None or seconds is None or invitation.accepted_at is None:
            continue
        if seconds <= _CHARTED:
            waits[invitation.accepted_at.replace(second=0, microsecond=0)].append(seconds)
    everything = sorted(each for some in waits.values() for each in some)
    return Timings(
        median=quantile(everything, 0.5),
        p95=quantile(everything, 0.95),
        minutes=tuple(_minute(at, sorted(waits[at])) for at in sorted(waits)[-_MINUTES:]),
    )


def _minute(at: datetime, ordered: Sequence[float]) -> Minute:
    values = list(ordered)
    return Minute(at, len(values), quantile(values, 0.5) or 0.0, quantile(values, 0.95) or 0.0)


def latest(org: OrgRef, seen: Board) -> tuple[BuyerRow, ...]:
    """Return the newest buyers, masked."""
    newest: dict[int, Buyer] = {}
    for each in reversed(seen.tickets):
        if each.contact is not None and each.contact not in newest:
            newest[each.contact] = seen.buyers[each.contact]
        if len(newest) == LATEST:
            break
    return people_rows.of(org, list(newest.values()))
