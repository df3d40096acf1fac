"""What an order is credited to, in words."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from postlude.attribution import api as attribution
from postlude.attribution.api import OrderReceipt, OrderSort, ReceiptLine, Why
from postlude.kernel import storable, tokens
from postlude.kernel.errors import N_
from postlude.orders import api as orders
from postlude.orgs.types import OrgRef

_WHY = {
    Why.CHOSEN: N_("taken"),
    Why.OUTRUN: N_("a later one was taken"),
    Why.BEFORE: N_("too long before the order"),
    Why.AFTER: N_("after the order"),
    Why.PENDING: N_("nobody has judged it yet"),
    Why.VOID: N_("no person was behind it"),
}
_SIGN = N_("it bears the sign of a machine")
_KINDS = {"open": N_("Opened"), "click": N_("Clicked")}
_SORTS = {OrderSort.SHOP: N_("of the shop"), OrderSort.TICKETS: N_("of tickets")}
_STATES = {"opened": N_("opened"), "closed": N_("closed"), "cancelled": N_("cancelled")}


@dataclass(frozen=True, slots=True)
class Line:
    """A touch. `as_open` and `as_click` are empty where it is none."""

    at: datetime
    kind: str
    channel: str
    node: str
    message_href: str
    as_open: str
    as_click: str
    taken: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """An order and its touches, in the order of time. `windows`: how long a touch counts.

    `final`: of so long ago that only what was taken is kept.
    """

    number: str
    sort: str
    at: datetime
    state: str
    amount: str
    lines: tuple[Line, ...]
    session_started_at: datetime | None
    rule: int
    windows: tuple[tuple[str, str], ...]
    agrees: bool
    final: bool


def shown(org: OrgRef, number: str, sort: str = "") -> Shown | None:
    """Return what an order is credited to; None for what nobody has told of, or is not credited.

    `sort` (shop, tickets) is for two orders of one number.
    """
    if storable.text(number) != number:
        return None
    found = _found(org, number, sort)
    receipt = attribution.receipt(org.id, found) if found else None
    return None if receipt is None else _shown(org, receipt)


def _found(org: OrgRef, number: str, sort: str) -> int | None:
    told = orders.shop_orders_named(org.id, [number]).get(number)
    if told is not None and sort != OrderSort.TICKETS:
        return told.id
    return orders.ticket_orders_named(org.id, [number]).get(number)


def _shown(org: OrgRef, receipt: OrderReceipt) -> Shown:
    order, rule = receipt.order, receipt.rule
    windows = [(_("all"), rule.within), *sorted(rule.windows.items())]
    return Shown(
        number=order.uid,
        sort=_(_SORTS[order.sort]),
        at=order.at,
        state=_(_STATES[order.state.value]),
        amount="" if order.amount is None else str(order.amount),
        lines=tuple(_line(org, each) for each in receipt.lines),
        session_started_at=order.session_started_at,
        rule=order.rule if receipt.final else rule.version,
        windows=tuple((name, _hours(each)) for name, each in windows),
        agrees=receipt.agrees,
        final=receipt.final,
    )


def _line(org: OrgRef, line: ReceiptLine) -> Line:
    touch = line.touch
    href = ""
    if touch.message is not None:
        token = tokens.seal("message", touch.message)
        href = reverse("console:message", args=[org.slug, token])
    return Line(
        at=touch.at,
        kind=_(_KINDS.get(line.kind, line.kind)),
        channel=touch.channel,
        node=touch.node,
        message_href=href,
        as_open=_why(line, line.as_open),
        as_click=_why(line, line.as_click),
        taken=Why.CHOSEN in {line.as_open, line.as_click},
    )


def _why(line: ReceiptLine, why: Why) -> str:
    if why is Why.VOID and (line.human or line.kind == "open"):
        return _(_SIGN)
    return _(_WHY[why]) if why in _WHY else ""


def _hours(within: timedelta) -> str:
    return f"{within / timedelta(hours=1):g} h"
