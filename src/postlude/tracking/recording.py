"""The one way in for touches: kept once, with what is known of their message."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from postlude.kernel import boundaries, ids, pseudonyms, store, work
from postlude.messages import api as messages
from postlude.messages.types import TokenOwner
from postlude.orgs import api as orgs
from postlude.tracking.consenting import count_many, silent
from postlude.tracking.models import Repeat, Touch, Unjudged
from postlude.tracking.types import Hit, TouchKind

RECORDED, TRAPPED = "touch.recorded", "touch.trapped"
_TOLD = frozenset({TouchKind.OPEN, TouchKind.CLICK})
_MEASURED = _TOLD | {TouchKind.VIEW, TouchKind.TRAP}
_COLUMNS = (
    *("id", "org", "day", "dedup", "kind", "message", "link", "subject", "at", "recorded_at"),
    *("provider", "origin", "agent", "reasons", "contact", "visitor", "channel", "node"),
    *("template", "cycle", "testing"),
)


def record_many(org: int, hits: Sequence[Hit], *, now: datetime) -> int:
    """Keep these hits as touches and return how many were new; a repeat changes nothing.

    What people let not be kept of them is counted and no more. What happened on a day that is
    closed by now is left out: what that day came to is final.

    In the same commit `touch.recorded` is published (keys: ids of touches) for new opens and
    clicks of messages that are no tests, and `touch.trapped` for links that no person sees. Joins
    the caller's transaction.
    """
    zone = ZoneInfo(orgs.get(org).zone)  # once: a group holds hundreds
    if not orgs.may_be_closed(min((hit.at for hit in hits), default=now), now):
        return _record(org, hits, zone, now)
    with store.write():
        closed = orgs.closed_to(org) or date.min
        kept = [hit for hit in hits if hit.at.astimezone(zone).date() >= closed]
        return _record(org, kept, zone, now)


def _record(org: int, hits: Sequence[Hit], zone: ZoneInfo, now: datetime) -> int:
    owners = _owners(org, hits)
    today = now.astimezone(zone).date()
    hits, unkept = _allowed(org, hits, owners, today)
    numbers = [hit.id or number for hit, number in zip(hits, ids.new_ids(len(hits)), strict=True)]
    rows = [
        _row(number, org, hit, owners.get(hit.message), hit.at.astimezone(zone).date(), now)
        for number, hit in zip(numbers, hits, strict=True)
    ]
    with store.write():
        count_many(org, unkept, now=now)
        new = set(store.insert_ignore(Touch, _COLUMNS, rows, conflict=("org", "day", "dedup")))
        _repeat(org, [row for row, hit in zip(rows, hits, strict=True) if hit.id], new)
        told = [
            (number, hit)
            for number, hit in zip(numbers, hits, strict=True)
            if number in new and not _tests(owners.get(hit.message))
        ]
        clicks = [(number, org, hit.at) for number, hit in told if hit.kind is TouchKind.CLICK]
        store.insert_many(Unjudged, ("touch", "org", "at"), clicks)
        work.publish(RECORDED, org, [number for number, hit in told if hit.kind in _TOLD])
        trapped = [number for number, hit in told if hit.kind is TouchKind.TRAP]
        work.publish(TRAPPED, org, trapped)
    boundaries.crossing("tracking.touches_recorded")
    return len(new)


def _allowed(
    org: int, hits: Sequence[Hit], owners: Mapping[int | None, TokenOwner], day: date
) -> tuple[Sequence[Hit], list[tuple[Hit, TokenOwner]]]:
    """Return the hits that may be kept, and those that may only be counted."""
    whose = {
        owner.contact
        for hit in hits
        if hit.kind in _MEASURED and (owner := owners.get(hit.message)) is not None
    }
    if not (quiet := silent(org, whose, day=day)):
        return hits, []
    kept: list[Hit] = []
    unkept: list[tuple[Hit, TokenOwner]] = []
    for hit in hits:
        owner = owners.get(hit.message)
        if hit.kind not in _MEASURED or owner is None or owner.contact not in quiet:
            kept.append(hit)
        elif not owner.testing:
            unkept.append((hit, owner))
    return kept, unkept


def _repeat(org: int, rows: Sequence[tuple[Any, ...]], new: Collection[int]) -> None:
    """Remember what stands for clicks that came twice: the page that opens knows the second."""
    again = {(row[2], row[3]): row[0] for row in rows if row[0] not in new}
    if not again:
        return
    found = Touch.objects.filter(
        org=org, day__in={day for day, _ in again}, dedup__in=[dedup for _, dedup in again]
    ).values_list("day", "dedup", "id")
    kept = [
        (repeat, org, of)
        for day, dedup, of in found
        if (repeat := again.get((day, dedup), of)) != of
    ]
    columns = ("touch", "org", "of")
    store.insert_ignore(Repeat, columns, kept, conflict=("touch",), returning="touch")


def origin_of(org: int, ip: str) -> str:
    """Return the keyed hash under which an IP address is kept; it tells repeats, nothing else."""
    return pseudonyms.pseudonym(org, "ip", ip) if ip else ""


def _owners(org: int, hits: Iterable[Hit]) -> Mapping[int | None, TokenOwner]:
    """Return what is known of the messages, by one query for those that came without."""
    known: dict[int | None, TokenOwner] = {}
    strange = set()
    for hit in hits:
        if hit.owner is not None:
            known[hit.message] = hit.owner
        elif hit.message is not None:
            strange.add(hit.message)
    if strange:
        found = messages.owners_of(strange)
        known |= {message: owner for message, owner in found.items() if owner.org == org}
    return known


def _tests(owner: TokenOwner | None) -> bool:
    return owner is not None and owner.testing


def _row(  # noqa: PLR0913, PLR0917 - what a row is made of
    number: int, org: int, hit: Hit, owner: TokenOwner | None, day: date, now: datetime
) -> tuple[Any, ...]:
    of_message: tuple[Any, ...] = (None, hit.visitor, "", "", None, None, False)
    if hit.place is not None:
        place = hit.place
        of_message = (
            *(place.contact, hit.visitor, place.channel, place.node, place.template, None, False),
        )
    elif owner is not None:
        of_message = (
            *(owner.contact, hit.visitor, owner.channel, owner.node),
            *(owner.template, owner.cycle, owner.testing),
        )
    return (
        *(number, org, day, _dedup(hit), hit.kind.value, hit.message, hit.link, hit.subject),
        *(hit.at, now, hit.provider, hit.origin, hit.agent.kind.value, int(hit.agent.reasons)),
        *of_message,
    )


def _dedup(hit: Hit) -> str:
    parts: tuple[str, ...] = (hit.provider, hit.event_id)
    if not hit.event_id:
        who = (hit.origin, hit.agent.kind.value, str(int(hit.agent.reasons)))
        what = (hit.kind.value, str(hit.message), str(hit.link), str(hit.subject))
        parts = (hit.provider, *what, *who, str(int(hit.at.timestamp())))
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=24).hexdigest()
