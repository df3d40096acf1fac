"""Batches of pages on their way into the database, a group in one commit.

Who it was, what they did and what they ordered go in together: whoever reads sees all or nothing.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated

from pydantic import Field, TypeAdapter

from postlude.activity import api as activity
from postlude.activity.types import ActivitySeen
from postlude.collector.batches import batch_of
from postlude.collector.letters import Heard, Letter, Sealed, Told
from postlude.collector.rush import Shelf
from postlude.kernel import boundaries, clock, store
from postlude.orders import api as orders
from postlude.orders.api import ShopOrderChange, ShopOrderSeen, Stage
from postlude.people import api as people
from postlude.people.types import Visit, Visited
from postlude.popups import api as popups
from postlude.popups.types import Told as DeedTold
from postlude.tracking import api as tracking
from postlude.tracking.types import Agent, AgentKind, Reason

# The consent that says whether what a person does may be kept.
TRACKING = "tracking"
SOURCE = "beacon"
# The event by which a page says that its member has gone (`postlude('logout')`).
LOGOUT = "logout"


def hear(letters: Sequence[Heard]) -> None:
    """Store a group of batches in one commit."""
    by_org: dict[int, list[Letter]] = defaultdict(list)
    for each in letters:
        letter = _unsealed(each) if isinstance(each, Sealed) else each
        by_org[letter.org].append(letter)
    with store.write():
        for org, mine in sorted(by_org.items()):
            _hear(org, mine)
    boundaries.crossing("collector.letters_committed")


def _unsealed(it: Sealed) -> Letter:
    return Letter(
        org=it.org,
        orders_close=False,  # there is no order in it
        batch=batch_of(it.said, currency="", received_at=it.received_at),
        cid=it.cid,
        received_at=it.received_at,
        agent=it.agent,
        reasons=it.reasons,
        keeps=True,
        country=it.country,
    )


def _hear(org: int, letters: Sequence[Letter]) -> None:
    now = clock.now()
    speaking = [each for each in letters if each.keeps]
    visited = people.visit_many(org, [_visit(each) for each in speaking], now=now)
    silent = silent_of(org, visited)
    known = [(each, who) for each, who in zip(speaking, visited, strict=True)]
    kept = [(each, who) for each, who in known if who.contact not in silent]
    uncounted = [each for each in letters if not each.keeps]
    uncounted += [each for each, who in known if who.contact in silent]
    buyers = _buyers(org, uncounted)
    new = _take_orders(
        org,
        [(each, who.contact, who.visitor) for each, who in kept]
        + [(each, buyers.get(each.batch.member), None) for each in uncounted],
    )
    clicked = [
        (each.batch.click, who.visitor, _arrived(each)) for each, who in kept if each.batch.click
    ]
    if clicked:
        tracking.claim(org, clicked)
    deeds = _take_deeds(org, kept, now)
    seen = [
        (letter, _seen(letter, told, who))
        for letter, who in kept
        for told in letter.batch.told
        if (not told.is_order or (id(letter), told.place) in new)
        and (told.deed is None or told.message_id in deeds)
    ]
    activity.record_many(org, [each for _, each in seen], now=now)
    activity.count_many(
        org,
        [
            (told.kind, told.action, told.message_id)
            for each in uncounted
            for told in each.batch.told
        ],
        now=now,
    )


def _arrived(letter: Letter) -> datetime:
    """Return when the page was reached that the click led to."""
    return min((told.at for told in letter.batch.told), default=letter.received_at)


def _visit(letter: Letter) -> Visit:
    batch = letter.batch
    at = max((told.at for told in batch.told), default=letter.received_at)
    return Visit(
        cid=letter.cid,
        at=at,
        member=batch.member,
        source=batch.source,
        google_id=batch.marks.get("google", ""),
        facebook_id=batch.marks.get("facebook", ""),
        scid=batch.marks.get("scid", ""),
        country=letter.country,
        logged_out=any(told.action == LOGOUT for told in batch.told),
    )


def silent_of(org: int, visited: Iterable[Visited]) -> set[int | None]:
    """Return the contacts who said that nothing they do may be kept."""
    contacts = {each.contact for each in visited if each.contact is not None}
    if not contacts:
        return set()
    answers = people.consents(org, contacts, TRACKING)
    return {contact for contact, granted in answers.items() if granted is False}


def _buyers(org: int, letters: Collection[Letter]) -> dict[str, int]:
    """Return who members are whose orders alone are kept: a purchase is no tracking."""
    numbers = {
        each.batch.member
        for each in letters
        if each.batch.member and any(told.is_order for told in each.batch.told)
    }
    return people.known_members(org, numbers)


def _take_deeds(org: int, kept: Sequence[tuple[Letter, Visited]], now: datetime) -> set[str]:
    """Hand what was done with popups to their room; return the ids of what holds."""
    told = [
        DeedTold(
            uid=told.message_id,
            exposure=told.exposure,
            deed=told.deed,
            at=told.at,
            visitor=who.visitor,
            contact=who.contact,
            agent=Agent(AgentKind(letter.agent), Reason(letter.reasons)),
        )
        for letter, who in kept
        for told in letter.batch.told
        if told.deed is not None
    ]
    return popups.tell_many(org, told, now=now) if told else set()


def _take_orders(
    org: int, letters: Sequence[tuple[Letter, int | None, int | None]]
) -> Mapping[tuple[int, int], ShopOrderChange]:
    """Hand orders to their room; return those that were not told before."""
    told = [
        (letter, each, contact, visitor)
        for letter, contact, visitor in letters
        for each in letter.batch.told
        if each.is_order
    ]
    if not told:
        return {}
    outcomes = orders.take_shop_orders(org, [_order(*each) for each in told], now=clock.now())
    # Told before, by another page view or by the shop's own system: that one holds.
    return {
        (id(letter), each.place): outcome.change
        for (letter, each, *_), outcome in zip(told, outcomes, strict=True)
        if outcome.change is not ShopOrderChange.REFUSED
    }


def _order(letter: Letter, told: Told, contact: int | None, visitor: int | None) -> ShopOrderSeen:
    return ShopOrderSeen(
        uid=told.subject,
        stage=Stage.CLOSED if letter.orders_close else Stage.OPENED,
        at=told.at,
        contact=contact,
        visitor=visitor,
        source=SOURCE,
        amount=told.order,
    )


def _seen(letter: Letter, told: Told, who: Visited) -> ActivitySeen:
    return ActivitySeen(
        kind=told.kind,
        message_id=told.message_id,
        sent_ms=told.sent_ms,
        visitor=who.visitor,
        contact=who.contact,
        at=told.at,
        client_ts=told.client_ts,
        action=told.action,
        url=told.url,
        subject=told.subject,
        products=told.products,
        properties=told.properties,
        agent=letter.agent,
        reasons=letter.reasons,
        signs=told.signs,
        campaign=told.campaign,
    )


def _may_wait(letter: Heard) -> bool:
    """Say whether what becomes of it matters to nobody who waits: a popup's page asks again."""
    return isinstance(letter, Sealed) or all(each.deed is None for each in letter.batch.told)


_JSON: TypeAdapter[list[Heard]] = TypeAdapter(
    list[Annotated[Sealed | Letter, Field(union_mode="left_to_right")]]
)


def _spell(letters: Sequence[Heard]) -> str:
    return _JSON.dump_json(list(letters), exclude_defaults=True).decode()


LETTERS = Shelf("letter", _JSON, _spell, hear, _may_wait)
