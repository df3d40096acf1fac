"""Why an order is credited to what it is."""

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta

from postlude.activity.types import NO_CAMPAIGN
from postlude.attribution.choosing import Why
from postlude.attribution.orders import knowing
from postlude.attribution.orders.counting import Measured, measured
from postlude.attribution.orders.crediting import Credit, credit, snapshot
from postlude.attribution.orders.finality import final_before, kept_from
from postlude.attribution.orders.knowing import OrderKnown
from postlude.attribution.orders.owning import touches_of
from postlude.attribution.orders.reading import credited
from postlude.attribution.orders.rules import CLICK, OPEN, OrderRule
from postlude.attribution.orders.sessions import Session
from postlude.attribution.orders.shares import HALF_LIFE, Model, share, weights
from postlude.attribution.orders.types import OrderCredited, OrderReceipt, ReceiptLine, Share
from postlude.attribution.orders.windows import rule_of
from postlude.kernel import store
from postlude.kernel.money import Money
from postlude.orgs import api as orgs
from postlude.tracking.types import TouchFact, TouchKind

LOOKBACK = timedelta(days=30)
# Also what was too early or too late: the receipt says that it was.
_OLDER, _LATER = timedelta(days=7), timedelta(days=1)
_CHUNK = 500


def receipt(org: int, order: int) -> OrderReceipt | None:
    """Judge an order anew and say of each touch around it why; None for what is not credited."""
    rule = rule_of(org)
    known = knowing.orders_known(org, [order], rule)
    if not known:
        return None
    [it], how = known, measured(org)
    if it.at < final_before(org):
        return _of_then(org, it, rule, how)
    owned = touches_of(org, [it], how, back=rule.longest + _OLDER, on=_LATER)[it.id]
    found = credit(rule.rule, it.at, owned.touches, counts=how.counts)
    session = knowing.sessions_of(org, [it], by_campaign=rule.by_campaign).get(it.id)
    if it.at < final_before(org):  # meanwhile: what was just read may be half gone
        return _of_then(org, it, rule, how)
    return OrderReceipt(
        order=_fact(it, found, session, rule.version),
        rule=rule,
        contacts=tuple(sorted(owned.subject.contacts)),
        lines=_lines(found, owned.touches, how),
        stored=credited(org, [it.id]).get(it.id),
    )


def _of_then(org: int, it: OrderKnown, rule: OrderRule, how: Measured) -> OrderReceipt:
    """Return the receipt of an order whose credit is final: what was taken, as it was kept."""
    stored = credited(org, [it.id]).get(it.id)
    order = _fact(it, Credit(None, None, {}), None, rule.version)
    if stored is not None:
        order = replace(
            order,
            opened=stored.opened,
            clicked=stored.clicked,
            session_started_at=stored.session_started_at,
            session_last_at=stored.session_last_at,
            rule=stored.rule,
            session_campaign=stored.session_campaign,
        )
    taken = {each.touch: each for each in (order.opened, order.clicked) if each is not None}
    lines = [
        ReceiptLine(
            each,
            "click" if each == order.clicked else "open",
            True,
            Why.CHOSEN if each == order.opened else Why.OTHER_TYPE,
            Why.CHOSEN if each == order.clicked else Why.OTHER_TYPE,
            how.on(orgs.local_day(org, each.at)),
            True if each == order.clicked else None,
        )
        for each in sorted(taken.values(), key=lambda each: (each.at, each.touch))
    ]
    return OrderReceipt(order, rule, (), tuple(lines), stored, final=True)


def _lines(found: Credit, touches: Collection[TouchFact], how: Measured) -> tuple[ReceiptLine, ...]:
    by_id = {str(each.id): each for each in touches}
    clicked = {each.candidate.id: each.why for each in found.slots[CLICK].weighed}
    opened = {each.candidate.id: each.why for each in found.slots[OPEN].weighed}
    stands_in = found.opened is not None and found.opened == found.clicked
    if stands_in and found.opened is not None:
        opened[str(found.opened.touch)] = Why.CHOSEN
    return tuple(
        ReceiptLine(
            snapshot(by_id[each.candidate.id]),
            by_id[each.candidate.id].kind.value,
            how.counts(by_id[each.candidate.id]),
            opened[each.candidate.id],
            clicked[each.candidate.id],
            how.by(by_id[each.candidate.id]),
            by_id[each.candidate.id].human,
        )
        for each in found.slots[OPEN].weighed
    )


def _fact(order: OrderKnown, found: Credit, session: Session | None, version: int) -> OrderCredited:
    amount = None if order.amount_minor is None else Money(order.amount_minor, order.currency)
    return OrderCredited(
        order=order.id,
        uid=order.uid,
        contact=order.contact,
        visitor=order.visitor,
        at=order.at,
        state=order.state,
        amount=amount,
        opened=found.opened,
        clicked=found.clicked,
        session_started_at=session.started_at if session else None,
        session_last_at=session.last_at if session else None,
        rule=version,
        session_campaign=session.campaign if session else NO_CAMPAIGN,
        sort=order.sort,
    )


def credits(  # noqa: A001 - the word of the product
    org: int,
    orders: Collection[int],
    model: Model,
    *,
    lookback: timedelta = LOOKBACK,
    half_life: timedelta = HALF_LIFE,
) -> dict[int, list[Share]]:
    """Return how a model shares each order among the clicks before it, the first one first.

    Clicks that count, from `lookback` before the order up to the order itself. The amounts of an
    order sum to what it came to; an order without a click has no shares. Raises FactsGone where
    clicks of that time are no longer kept.
    """
    found: dict[int, list[Share]] = {}
    how, rule = measured(org), rule_of(org)
    for part in store.chunks(sorted(set(orders)), _CHUNK):
        known = {each.id: each for each in knowing.orders_known(org, part, rule)}
        owned = touches_of(org, known.values(), how, back=lookback)
        for number, it in known.items():
            mine = {each.id: each for each in owned[number].touches if _shares(each, how)}
            clicks = sorted(mine.values(), key=lambda each: (each.at, each.id))
            if it.at - lookback < kept_from(org):  # asked after reading: what was read is whole
                raise orgs.FactsGone(day=orgs.local_day(org, kept_from(org)).isoformat())
            found[number] = _share(it, clicks, model, half_life)
    return found


def _shares(touch: TouchFact, how: Measured) -> bool:
    clicked = touch.kind is TouchKind.CLICK and not touch.testing
    return clicked and bool(how.counts(touch))


def _share(
    order: OrderKnown, clicks: Collection[TouchFact], model: Model, half_life: timedelta
) -> list[Share]:
    parts = weights(model, [each.at for each in clicks], half_life=half_life)
    amounts: list[Money | None] = [None] * len(parts)
    if order.amount_minor is not None:
        minors = share(order.amount_minor, parts)
        amounts = [Money(minor, order.currency) for minor in minors]
    return [
        Share(snapshot(click), float(part), amount)
        for click, part, amount in zip(clicks, parts, amounts, strict=True)
    ]
