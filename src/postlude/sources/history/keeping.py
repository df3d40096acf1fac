"""Handing the facts of one batch to the rooms that keep them; each says what became of its line.

All run inside the transaction of their batch, as history: nobody who acts hears of it.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from postlude.activity import api as activity
from postlude.activity.types import NO_CAMPAIGN, ActivitySeen, Campaign, Sign
from postlude.activity.types import Kind as ActivityKind
from postlude.kernel.errors import AppError, BadAddress, MoneyError
from postlude.kernel.money import Money
from postlude.messages import api as messages
from postlude.messages.types import Klass, State
from postlude.orders import api as orders
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.people.types import Actor, CustomerSeen, Description, Reason, Visit
from postlude.sources.history import registry, store_codes
from postlude.sources.history.readers import Page
from postlude.sources.history.types import CycleSeen, Item, Kept, Wrong
from postlude.tracking import api as tracking
from postlude.tracking.types import Hit, TouchKind

Refs = Mapping[str, int]
Keeper = Callable[[int, Sequence[Item], Refs, datetime], list[Kept]]
_ACTOR = Actor("cli", "load")
_SOURCE = "history"
_NOWHERE = Page("", NO_CAMPAIGN)
_PROVIDER = "history"
_SHORT = 16


def number_of(outside: str) -> str:
    """Return the number that a contact has in `people`: the outside id, where it can be one."""
    return outside if people.is_member(outside) else _short(outside)


def cid_of(outside: str) -> str:
    return outside if people.is_cid(outside) else _short(outside)


def _short(outside: str) -> str:
    return hashlib.blake2b(outside.encode(), digest_size=_SHORT).hexdigest()


def codes(org: int, items: Sequence[Item], _refs: Refs, _now: datetime) -> list[Kept]:
    store_codes.keep(org, [(it.fact["vendor"], it.fact["code"], it.fact["means"]) for it in items])
    return [Kept() for _ in items]


def contacts(org: int, items: Sequence[Item], _refs: Refs, now: datetime) -> list[Kept]:
    """Keep people. One whose address cannot be one is kept without it."""
    seen = [_customer(it.fact) for it in items]
    kept = people.upsert_customers(org, seen, actor=_ACTOR, now=now)
    found = [_person(each.contact, each.problem, each.wrong, each.taken) for each in kept]
    again = [
        (place, each.wrong)
        for place, each in enumerate(kept)
        if each.problem is not None and each.wrong in {"email", "phone", "zone"}
    ]
    if again:
        bare = [_customer(items[place].fact, without=wrong) for place, wrong in again]
        keepable = [
            (place, wrong, each)
            for (place, wrong), each in zip(again, bare, strict=True)
            if each.number or each.phone or each.email
        ]
        second = people.upsert_customers(
            org, [each for _, _, each in keepable], actor=_ACTOR, now=now
        )
        for (place, wrong, _), each in zip(keepable, second, strict=True):
            if each.contact is not None and each.problem is None:
                found[place] = Kept(each.contact, Wrong("bad_address", wrong))
    _describe(org, items, found)
    return found


def _customer(fact: Mapping[str, Any], without: str = "") -> CustomerSeen:
    return CustomerSeen(
        number="" if fact.get("placeholder") else number_of(fact["id"]),
        phone=None if without == "phone" else fact.get("phone"),
        email=None if without == "email" else fact.get("email"),
        name=fact.get("name"),
        birthday=fact.get("birthday"),
        locale=fact.get("locale", ""),
        zone="" if without == "zone" else fact.get("zone", ""),
    )


def _person(contact: int | None, problem: Any, wrong: str, taken: Sequence[str]) -> Kept:
    if problem is not None and problem.code == "erased":
        return Kept(None, Wrong("erased"), is_in=False)
    if contact is None or problem is not None:
        return Kept(None, Wrong("bad_address", wrong, "Mend it."), is_in=False)
    return Kept(contact, Wrong("taken", taken[0]) if taken else None)


def _describe(org: int, items: Sequence[Item], found: Sequence[Kept]) -> None:
    said = [
        Description(
            kept.ours,
            level=it.fact.get("level"),
            add_tags=frozenset(it.fact.get("tags", ())),
            add_segments=frozenset(it.fact.get("segments", ())),
        )
        for it, kept in zip(items, found, strict=True)
        if kept.ours is not None and it.fact.keys() & {"level", "tags", "segments"}
    ]
    if said:
        people.describe_many(org, said)


def visitors(org: int, items: Sequence[Item], _refs: Refs, now: datetime) -> list[Kept]:
    """Keep browsers, first and last seen; a browser of a placeholder is nobody's."""
    visits = []
    for it in items:
        fact = it.fact
        more = {"source": fact.get("source", ""), "country": fact.get("country", "")}
        member = number_of(fact["contact"]) if "contact" in fact else ""
        first = Visit(cid_of(fact["id"]), fact["first_seen_at"], member, **more)
        visits.append(first)
        last = fact.get("last_seen_at") or fact["first_seen_at"]
        visits.append(Visit(first.cid, last, member, **more))
    found = people.visit_many(org, visits, now=now)
    return [Kept(each.visitor) for each in found[::2]]


def consents(org: int, items: Sequence[Item], refs: Refs, _now: datetime) -> list[Kept]:
    said = [
        people.PastConsent(
            refs[it.fact["contact:key"]],
            it.fact["channel"],
            bool(it.fact["granted"]),
            it.fact["at"],
        )
        for it in items
        if it.kind == "consent"
    ]
    people.remember_consents(org, said, source=_SOURCE)
    found, listed = [], []
    for it in items:
        kept = Kept()
        if it.kind == "suppression":
            each = _suppression(it.fact, refs)
            try:
                people.check_suppression(org, each)
                listed.append(each)
            except BadAddress as bad:
                kept = Kept(None, Wrong("bad_address", each.kind, bad.hint), is_in=False)
        found.append(kept)
    people.remember_suppressions(org, listed)
    return found


def _suppression(fact: Mapping[str, Any], refs: Refs) -> people.PastSuppression:
    kind = "phone" if "phone" in fact else "email"
    return people.PastSuppression(
        Reason(fact["reason"]),
        fact["at"],
        kind=kind,
        value=fact.get(kind, ""),
        contact=refs[fact["contact:key"]] if "contact" in fact else None,
        channel=fact.get("channel", ""),
    )


def cycles(org: int, items: Sequence[Item], _refs: Refs, _now: datetime) -> list[Kept]:
    names = ("journey", "started_at", "title", "folder", "entered")
    seen = [CycleSeen(**{name: it.fact[name] for name in names if name in it.fact}) for it in items]
    return [Kept(number) for number in registry.keep_cycles(org, seen)]


_BLOCKED = {"block": State.BLOCKED, "failure": State.FAILED}


def sendings(org: int, items: Sequence[Item], refs: Refs, _now: datetime) -> list[Kept]:
    """Keep messages, blocks and failures: all are messages, in one state or another."""
    known = store_codes.known(org)
    currency = orgs.get(org).currency
    seen, found = [], []
    for it in items:
        try:
            seen.append(_message(it, refs, known, currency))
            found.append(Kept())
        except Wrong as wrong:
            found.append(Kept(None, wrong, is_in=False))
    numbers = iter(messages.remember_messages(org, seen))
    return [Kept(next(numbers)) if each.is_in else each for each in found]


def _message(
    it: Item, refs: Refs, known: Mapping[tuple[str, str], str], currency: str
) -> messages.PastMessage:
    fact = it.fact
    state, reason = _BLOCKED.get(it.kind), fact.get("reason", "")
    if state is None and "state" in fact:
        state = State(fact["state"])
    if state is None:
        code = (fact["vendor"], fact["code"])
        state = State(known.get(code, State.UNKNOWN.value))
        reason = reason or f"{fact['vendor']} {fact['code']}"
    cost = fact.get("cost")
    return messages.PastMessage(
        key=f"past:{it.key}",
        contact=refs[fact["contact:key"]],
        channel=fact["channel"],
        node=fact["node"],
        template=fact["template"],
        at=fact["at"],
        state=state,
        reason=reason,
        cycle=refs[fact["cycle:key"]] if "cycle" in fact else None,
        klass=Klass(fact.get("class", Klass.MARKETING.value)),
        testing=fact.get("testing", False),
        segments=fact.get("segments", 0),
        cost=None if cost is None else _money(cost, currency, "cost").minor,
        locale=fact.get("locale", ""),
    )


def attempts(org: int, items: Sequence[Item], refs: Refs, _now: datetime) -> list[Kept]:
    messages.remember_attempts(
        org,
        [
            messages.PastAttempt(
                refs[it.fact["message:key"]],
                it.key,
                it.fact["what"],
                it.fact["at"],
                it.fact.get("words", ""),
            )
            for it in items
        ],
    )
    return [Kept() for _ in items]


def activities(org: int, items: Sequence[Item], refs: Refs, now: datetime) -> list[Kept]:
    where = _visited(org, items, now)
    seen = []
    for it in items:
        fact = it.fact
        visitor, contact = where[_browser(fact)]
        if "contact:key" in fact:
            contact = refs[fact["contact:key"]]
        at, page = fact["at"], fact.get("url", _NOWHERE)
        seen.append(
            ActivitySeen(
                ActivityKind(fact["what"]),
                it.key,
                int(at.timestamp() * 1000),
                visitor,
                contact,
                at,
                at,
                action=fact.get("action", ""),
                url=page.url,
                subject=fact.get("subject", ""),
                products=fact.get("products", ()),
                properties=fact.get("properties", {}),
                signs=Sign.LATE | Sign.PAST,
                campaign=_campaign(fact) or page.campaign,
            )
        )
    activity.record_many(org, seen, now=now)
    return [Kept() for _ in items]


def _campaign(fact: Mapping[str, Any]) -> Campaign:
    return Campaign(*(fact.get(f"utm_{name}", "") for name in ("source", "medium", "campaign")))


def touches(org: int, items: Sequence[Item], refs: Refs, now: datetime) -> list[Kept]:
    where = _visited(org, [it for it in items if "visitor" in it.fact], now)
    hits = [
        Hit(
            TouchKind(it.fact["what"]),
            refs[it.fact["message:key"]],
            it.fact["at"],
            link=it.fact.get("link"),
            provider=_PROVIDER,
            event_id=it.key,
            visitor=where[_browser(it.fact)][0] if "visitor" in it.fact else None,
        )
        for it in items
    ]
    tracking.record_many(org, hits, now=now)
    return [Kept() for _ in items]


def _browser(fact: Mapping[str, Any]) -> tuple[str, str]:
    # A touch names its message's contact, whose browser this need not be.
    member = number_of(fact["contact"]) if "contact" in fact else ""
    return cid_of(fact["visitor"]), member


def _visited(
    org: int, items: Sequence[Item], now: datetime
) -> dict[tuple[str, str], tuple[int, int | None]]:
    """Return visitor and contact of each (browser, member), seen first and last in this batch."""
    times: dict[tuple[str, str], list[datetime]] = {}
    for it in items:
        at = it.fact.get("at") or it.fact.get("opened_at") or it.fact.get("closed_at")
        times.setdefault(_browser(it.fact), []).append(at or it.fact["cancelled_at"])
    visits = [
        Visit(cid, at, member)
        for (cid, member), seen in times.items()
        for at in (min(seen), max(seen))
    ]
    if not visits:
        return {}
    found = people.visit_many(org, visits, now=now)[::2]
    return {where: (each.visitor, each.contact) for where, each in zip(times, found, strict=True)}


def shop_orders(org: int, items: Sequence[Item], refs: Refs, now: datetime) -> list[Kept]:
    home = orgs.get(org)
    branches = {}
    if any("branch" in it.fact for it in items):
        branches = {each.slug: each.id for each in orgs.branches(org)}
    where = _visited(org, [it for it in items if "visitor" in it.fact], now)
    statements: list[orders.ShopOrderSeen] = []
    spans: list[slice | Wrong] = []
    for it in items:
        begin = len(statements)
        try:
            told = _statements(it, refs, home.currency, branches, where)
            for each in told:
                orders.check_shop_order(each, now=now)
        except Wrong as wrong:
            spans.append(wrong)
        except AppError as error:
            spans.append(Wrong("refused", message=error.text(), hint=error.hint))
        else:
            statements += told
            spans.append(slice(begin, len(statements)))
    outcomes = orders.take_shop_orders(org, statements, now=now)
    found = []
    for span in spans:
        if isinstance(span, Wrong):
            found.append(Kept(None, span, is_in=False))
            continue
        mine = outcomes[span]
        if any(each.change is orders.ShopOrderChange.REFUSED for each in mine):
            found.append(Kept(None, Wrong("told_otherwise", "id"), is_in=False))
        else:
            found.append(Kept(mine[0].order.id))
    return found


def _statements(
    it: Item,
    refs: Refs,
    currency: str,
    branches: Mapping[str, int],
    where: Mapping[tuple[str, str], tuple[int, int | None]],
) -> list[orders.ShopOrderSeen]:
    fact = it.fact
    if fact.get("currency", currency) != currency:
        raise Wrong("other_currency", "currency")
    if "branch" in fact and fact["branch"] not in branches:
        raise Wrong("unknown_branch", "branch")
    visitor, contact = where[_browser(fact)] if "visitor" in fact else (None, None)
    if "contact:key" in fact:
        contact = refs[fact["contact:key"]]
    about: dict[str, Any] = {
        "contact": contact,
        "visitor": visitor,
        "branch": branches.get(fact.get("branch", "")),
        "kind": fact.get("order_kind", ""),
        "source": fact.get("source", ""),
        "amount": _money(fact["amount"], currency, "amount") if "amount" in fact else None,
        "coupons": fact.get("coupons"),
        "test": fact.get("testing", False),
    }
    opened, closed = fact.get("opened_at"), fact.get("closed_at")
    told: list[orders.ShopOrderSeen] = []
    if closed is not None:
        stage = orders.Stage.CLOSED
        told.append(
            orders.ShopOrderSeen(fact["id"], stage, closed, opened_at=opened, past=True, **about)
        )
    elif opened is not None:
        stage = orders.Stage.OPENED
        told.append(orders.ShopOrderSeen(fact["id"], stage, opened, past=True, **about))
    if fact.get("cancelled_at") is not None:
        stage = orders.Stage.CANCELLED
        told.append(orders.ShopOrderSeen(fact["id"], stage, fact["cancelled_at"], past=True))
    return told


def _money(text: str, currency: str, about: str) -> Money:
    try:
        return Money.parse(text, currency)
    except MoneyError:
        raise Wrong("bad_amount", about) from None


KEEPERS: tuple[Keeper, ...] = (
    *(codes, contacts, visitors, consents, cycles, sendings, attempts, activities, touches),
    shop_orders,
)
