"""An order that a webhook put into the wrong one of two events of one name.

A webhook knows slug and name, the poll number and name. While only one of two such events had been
polled, a webhook of the other was taken for it. The poll lists who attends which event: where it
shows an order that only webhooks have described, it is right, and the slug was the other's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from postlude.kernel import work
from postlude.orders.models import Happening, Order, Ticket
from postlude.orders.news import tell_of_happenings
from postlude.orders.ticket_types import resolve_types
from postlude.orders.types import EventSeen, SaleSeen, Via
from postlude.orders.working import Working


def rehome(
    org: int,
    sales: Sequence[SaleSeen],
    found: Mapping[EventSeen, Happening],
    held: Mapping[str, Working],
) -> None:
    """Move such orders to the event that the poll shows; happenings are locked by the caller."""
    for sale in sales:
        here, target = held[sale.order_number], found[sale.event]
        polled = sale.via == Via.POLL and sale.event.external_id is not None
        if polled and here.order.happening_id != target.id and _is_guess(here):
            _give_slug(org, here.order.happening_id, target)
            _move(org, here, target)


def _is_guess(here: Working) -> bool:
    return bool(here.lines) and all(
        line.known.description.via == Via.WEBHOOK for line in here.lines
    )


def _move(org: int, here: Working, target: Happening) -> None:
    types = resolve_types(org, [(target.id, line.type_name, None) for line in here.lines])
    Order.objects.filter(org=org, id=here.order.id).update(happening=target.id)
    here.order.happening_id = target.id
    for line in here.lines:
        kind = types[target.id, line.type_name].id
        Ticket.objects.filter(org=org, id=line.id).update(happening=target.id, ticket_type=kind)
        described = replace(line.known.description, ticket_type=kind)
        line.happening = target.id
        line.known = line.before = replace(line.known, description=described)
    work.publish("ticket.changed", org, [line.id for line in here.lines])


def _give_slug(org: int, wrong: int, target: Happening) -> None:
    """The slug that led here is the target's, unless that has one of its own."""
    row = Happening.objects.filter(org=org, id=wrong).first()
    if row is None or row.slug is None or target.slug is not None:
        return
    slug, target.slug = row.slug, row.slug
    Happening.objects.filter(org=org, id=row.id).update(slug=None)
    Happening.objects.filter(org=org, id=target.id).update(slug=slug)
    tell_of_happenings(org, [row.id, target.id])
