"""What happened to contacts: as news tells it, and as the rooms below remember it."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from postlude.activity import api as activity
from postlude.activity.types import ContactEvent
from postlude.journeys.paths.types import Happening, Heard, Topic
from postlude.orders import api as orders
from postlude.orders.types import TicketFact

_STAGES = {
    Topic.ORDER_OPENED: orders.Stage.OPENED,
    Topic.ORDER_CLOSED: orders.Stage.CLOSED,
    Topic.ORDER_CANCELLED: orders.Stage.CANCELLED,
}


def topic_of(news: str) -> Topic:
    """Return what news is of: events are told by browsers and by other systems."""
    return Topic.EVENT if news == activity.EVENT else Topic(news)


def told(org: int, news: str, keys: Collection[str]) -> list[Heard]:
    """Return what news with these keys is about, as far as it is still so and of somebody known."""
    topic = topic_of(news)
    if topic in _STAGES:
        return list(_orders(topic, orders.shop_orders(org, keys).values()))
    if topic is Topic.TICKET_PAID:
        return list(_tickets(org, orders.tickets(org, keys).values()))
    return _events(activity.happenings(org, news, keys))


def since(org: int, what: Happening, contacts: Collection[int], begin: datetime) -> list[Heard]:
    """Return what has happened to these contacts since then, of what may be meant."""
    if what.topic in _STAGES:
        stage = _STAGES[what.topic]
        found = orders.shop_orders_since(org, contacts, stage=stage, since=begin)
        return list(_orders(what.topic, found))
    if what.topic is Topic.EVENT:
        return _events(activity.happened_since(org, contacts, since=begin))
    every = orders.tickets_of(org, contacts)
    tickets = _tickets(org, (each for mine in every.values() for each in mine))
    return [each for each in tickets if each.at >= begin]


def _orders(topic: Topic, facts: Iterable[orders.ShopOrderFact]) -> Iterable[Heard]:
    for each in facts:
        at = _at(topic, each)
        if each.contact is not None and at is not None and not each.past:
            about = {"kind": each.kind, "source": each.source}
            yield Heard(topic, each.contact, each.id, at, about=about)


def _at(topic: Topic, order: orders.ShopOrderFact) -> datetime | None:
    """Return when it happened to an order, if it is still so. What is closed was opened."""
    if topic is Topic.ORDER_OPENED:
        return None if order.state is orders.Stage.CANCELLED else order.opened_at
    if order.state is not _STAGES[topic]:
        return None
    return order.closed_at if topic is Topic.ORDER_CLOSED else order.cancelled_at


def _tickets(org: int, facts: Iterable[TicketFact]) -> Iterable[Heard]:
    slugs: Mapping[int, str] | None = None
    for each in facts:
        if each.contact is None or not each.valid:
            continue
        if slugs is None:
            slugs = {row.id: row.slug for row in orders.conferences(org)}
        at = each.paid_at or each.sold_at or each.first_seen_at
        about = {"conference": slugs.get(each.conference, "")}
        yield Heard(Topic.TICKET_PAID, each.contact, each.id, at, each.conference, about)


def _events(facts: Iterable[ContactEvent]) -> list[Heard]:
    return [
        Heard(Topic.EVENT, each.contact, each.id, each.at, about={"name": each.name})
        for each in facts
    ]
