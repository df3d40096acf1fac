"""Events as the team calls them: by slug, with the state of their sale."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.translation import gettext as _

from postlude.chatops.errors import NoSuchEvent
from postlude.chatops.team import discord_settings
from postlude.chatops.types import Stock
from postlude.kernel.errors import N_
from postlude.orders import api as orders
from postlude.orders.types import ConferenceRef, HappeningRef


class SaleState(StrEnum):
    """Where a sale is."""

    NOT_YET = "not_yet"
    OPEN = "open"
    SOLD_OUT = "sold_out"
    OVER = "over"


WORDS = {
    SaleState.NOT_YET: N_("not on sale yet"),
    SaleState.OPEN: N_("on sale"),
    SaleState.SOLD_OUT: N_("sold out"),
    SaleState.OVER: N_("over"),
}


@dataclass(frozen=True, slots=True)
class TypeSold:
    """One ticket type; `total` None is unlimited."""

    ticket_type: int
    name: str
    total: int | None
    sold: int


@dataclass(frozen=True, slots=True)
class EventSold:
    """An event with what is sold of it."""

    happening: HappeningRef
    slug: str
    state: SaleState
    types: tuple[TypeSold, ...]


def slug_of(happening: HappeningRef) -> str:
    """Return what the team types: the slug, else the source's number, else ours."""
    return happening.slug or happening.external_id or str(happening.id)


def find(org: int, slug: str) -> HappeningRef:
    """Return the event of this slug; of two sources' events with one slug, the newer."""
    wanted = slug.strip().casefold()
    for each in orders.happenings(org):
        if slug_of(each).casefold() == wanted:
            return each
    raise NoSuchEvent(slug=" ".join(slug.split())[:100])


def choices(org: int, typed: str, *, most: int) -> list[tuple[str, str]]:
    """Return (label, slug) of the events whose slug or name holds what was typed, newest first."""
    wanted = typed.casefold().strip()
    found = []
    for each in orders.happenings(org):
        slug = slug_of(each)
        if wanted in slug.casefold() or wanted in each.name.casefold():
            found.append((f"{slug} · {each.name}", slug))
        if len(found) == most:
            break
    return found


def sold(org: int, happenings: Sequence[HappeningRef], *, now: datetime) -> list[EventSold]:
    """Return these events with what is sold of them."""
    conferences = {each.id: each for each in orders.conferences(org)}
    stock = discord_settings(org).stock
    named = {each.id: each for each in happenings}
    types: dict[int, list[TypeSold]] = defaultdict(list)
    for count in orders.sold_by_type(org, list(named)):
        event = named[count.happening]
        total = count.total
        if total is None:
            total = _total(stock, conferences[event.conference].slug, event.name, count.name)
        types[event.id].append(TypeSold(count.ticket_type, count.name, total, count.sold))
    seen = orders.with_tickets(org, list(named))
    return [
        EventSold(
            each,
            slug_of(each),
            _state(each, conferences[each.conference], types[each.id], each.id in seen, now),
            tuple(types[each.id]),
        )
        for each in happenings
    ]


def ended(happening: HappeningRef, conference: ConferenceRef, now: datetime) -> bool:
    """Say whether the event, or else its conference, is over."""
    ends = happening.ends_at or conference.ends_at
    return ends is not None and ends <= now


def _state(
    happening: HappeningRef,
    conference: ConferenceRef,
    types: Sequence[TypeSold],
    seen: bool,  # noqa: FBT001 - whether anybody has registered
    now: datetime,
) -> SaleState:
    if ended(happening, conference, now):
        return SaleState.OVER
    if not seen:
        return SaleState.NOT_YET
    full = all(each.total is not None and each.sold >= each.total for each in types)
    return SaleState.SOLD_OUT if types and full else SaleState.OPEN


def _total(stock: Sequence[Stock], conference: str, event: str, ticket: str) -> int | None:
    """Return what the playbook says; the first fit decides."""
    for each in stock:
        fits = orders.matches(each.event, event) and orders.matches(each.ticket, ticket)
        if each.conference == conference and fits:
            return each.total
    return None


def state_words(state: SaleState) -> str:
    """Return the state in the caller's language."""
    return _(WORDS[state])
