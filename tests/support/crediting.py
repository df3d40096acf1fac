"""A shop whose touches, page views and orders are told straight to their rooms."""

import itertools
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from postlude.activity import api as activity
from postlude.activity.types import ActivitySeen, Campaign, Kind, Sign
from postlude.attribution import api as attribution
from postlude.kernel import clock, jobs, store, work
from postlude.kernel.money import Money
from postlude.messages.types import TokenOwner
from postlude.orders import api as orders
from postlude.orders.api import ShopOrderSeen, Stage
from postlude.orders.types import EventSeen, SaleSeen, State, TicketSeen, Via
from postlude.people import api as people
from postlude.people.types import Visit
from postlude.tracking import api as tracking
from postlude.tracking.models import Unjudged, Verdict
from postlude.tracking.types import Agent, AgentKind, Hit, Reason, TouchKind

TENTH = datetime(2026, 3, 9, 16, tzinfo=UTC)
"""Midnight of 10 March 2026 in Taipei."""


def at(text: str, day: int = 10) -> datetime:
    """`10:05:00` in Taipei."""
    hours, minutes, seconds = map(int, text.split(":"))
    return TENTH + timedelta(days=day - 10, hours=hours, minutes=minutes, seconds=seconds)


class Shop:
    """What is told gets a name; what orders are credited to is said by these names."""

    def __init__(self, org: int, contacts: Iterable[str] = ()) -> None:
        self.org = org
        self.touches: dict[str, int] = {}
        self.orders: dict[str, int] = {}
        self.contacts = {name: number for number, name in enumerate(contacts, start=1)}
        self.visitors: dict[str, int] = {}
        self._count = itertools.count(1)

    def browser(self, name: str, member: str = "") -> int:
        """Return the visitor of a browser; `member` logs in on it."""
        visit = Visit(f"browser-of-a-shop-{name}", clock.now(), member)
        with store.write():
            [found] = people.visit_many(self.org, [visit], now=clock.now())
        self.visitors[name] = found.visitor
        if member and found.contact is not None:
            self.contacts[member] = found.contact
        return found.visitor

    def touch(
        self,
        name: str,
        kind: str,
        contact: str | None,
        when: datetime,
        *,
        visitor: str | None = None,
        channel: str = "email",
        node: str = "N1",
        cycle: int = 1,
        testing: bool = False,
        reasons: Reason = Reason.NONE,
    ) -> None:
        """Let something come back; told again it changes nothing."""
        owner = None
        if contact is not None:
            owner = TokenOwner(
                self.org,
                next(self._count) if name not in self.touches else 0,
                self.contacts[contact],
                channel,
                testing,
                node,
                int(node[1:]),
                cycle,
            )
        seen = self._touches()
        hit = Hit(
            TouchKind("open" if kind == "pixel" else "click"),
            owner.message if owner else None,
            when,
            link=None if kind == "pixel" else 1,
            agent=Agent(AgentKind.BROWSER, reasons),
            event_id=name,
            visitor=self.visitors[visitor] if visitor else None,
            owner=owner,
        )
        tracking.record_many(self.org, [hit], now=clock.now())
        for new in self._touches() - seen:
            self.touches[name] = new

    def judge(self, **verdicts: bool) -> None:
        """Say of clicks whether they were human, and tell."""
        with store.write():
            for name, human in verdicts.items():
                touch = self.touches[name]
                Verdict.objects.update_or_create(
                    touch=touch,
                    defaults={
                        "org_id": self.org,
                        "human": human,
                        "rule": 1,
                        "judged_at": clock.now(),
                        "first_judged_at": clock.now(),
                    },
                )
                Unjudged.objects.filter(touch=touch).delete()
            work.publish(tracking.JUDGED, self.org, [self.touches[name] for name in verdicts])

    def look(
        self, visitor: str, when: datetime, *, late: bool = False, campaign: tuple[str, ...] = ()
    ) -> None:
        """Let a browser look at a page; `campaign`: what its address says brought it."""
        number = next(self._count)
        seen = ActivitySeen(
            kind=Kind.PAGE,
            message_id=f"{number:032x}",
            sent_ms=int(when.timestamp() * 1_000),
            visitor=self.visitors[visitor],
            contact=None,
            at=when,
            client_ts=when,
            signs=Sign.LATE if late else Sign.NONE,
            campaign=Campaign(*campaign),
        )
        activity.record_many(self.org, [seen], now=clock.now())

    def order(
        self,
        name: str,
        when: datetime,
        amount: int = 1_000,
        *,
        contact: str | None = None,
        visitor: str | None = None,
        stage: Stage = Stage.CLOSED,
        test: bool = False,
    ) -> None:
        """Let an order be told; `amount` in whole units of TWD."""
        described = stage is not Stage.CANCELLED
        seen = ShopOrderSeen(
            name,
            stage,
            when,
            contact=self.contacts[contact] if contact and described else None,
            visitor=self.visitors[visitor] if visitor and described else None,
            amount=Money(amount, "TWD") if described else None,
            test=test,
        )
        [told] = orders.take_shop_orders(self.org, [seen], now=clock.now())
        self.orders[name] = told.order.id

    def sell(self, name: str, *tickets: TicketSeen, via: Via = Via.POLL, **more: object) -> None:
        """Let an order of tickets be told by a seller of them."""
        event = EventSeen("1", "pycon-2026", "PyCon 2026 Registration: Individual")
        sale = SaleSeen("kktix", event, name, via, tickets, **more)
        [told] = orders.upsert_sales(self.org, [sale], now=clock.now())
        self.orders[name] = told.order or 0

    def ticket(
        self,
        name: str,
        contact: str | None,
        when: datetime | None,
        price: int = 1_000,
        *,
        paid: bool = True,
        state: State = State.PAID,
    ) -> TicketSeen:
        """Return a ticket as it was at an instant; `price` in whole units of TWD."""
        return TicketSeen(
            name,
            "Regular",
            Money(price * 100, "TWD"),
            paid,
            state if paid or state != State.PAID else State.REGISTERED,
            source_updated_at=when,
            contact=self.contacts[contact] if contact else None,
        )

    def settle(self) -> None:
        """Let all news be heeded."""
        jobs.run_until_idle(groups=("bulk",))

    def heed(self) -> None:
        """Let all news be heeded, and nothing else happen."""
        for lane in ("urgent", attribution.LANE):
            work.drain(lambda: False, lane=lane)

    def look_again(self) -> int:
        """Let time do what it does to orders."""
        return jobs.run_once("attribution.look_at_orders", wait=1)

    def credited(self) -> dict[str, tuple[str | None, str | None]]:
        """Return the open and the click of each order, by their names."""
        names = {number: name for name, number in self.touches.items()}
        found = attribution.credited(self.org, self.orders.values())
        return {
            name: (
                names[it.opened.touch] if it.opened else None,
                names[it.clicked.touch] if it.clicked else None,
            )
            for name, number in self.orders.items()
            if (it := found.get(number)) is not None
        }

    def sessions(self) -> dict[str, tuple[datetime, datetime]]:
        """Return the sessions of the orders that have one."""
        found = attribution.credited(self.org, self.orders.values())
        return {
            name: (it.session_started_at, it.session_last_at)
            for name, number in self.orders.items()
            if (it := found.get(number)) is not None
            and it.session_started_at is not None
            and it.session_last_at is not None
        }

    def rows(self) -> list[tuple[object, ...]]:
        """Return all that is said of orders, but not when."""
        return store.rows_sql(
            "SELECT uid, contact, visitor, at, state, amount_minor, open_touch, open_channel, "
            "open_node, open_cycle, click_touch, click_channel, click_node, click_cycle, "
            "session_started_at, session_last_at, rule FROM attribution_facts_order "
            "WHERE org = %s ORDER BY uid",
            [self.org],
        )

    def _touches(self) -> set[int]:
        rows = store.rows_sql("SELECT touch FROM tracking_facts_touch WHERE org = %s", [self.org])
        return {row[0] for row in rows}
