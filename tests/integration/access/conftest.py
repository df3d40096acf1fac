"""A conference with tickets to sell, and Gather over real HTTP."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from postlude.access import api as access
from postlude.access.types import GrantFact, MapRule, Resource
from postlude.kernel import clock as kernel_clock
from postlude.kernel import http, jobs, work
from postlude.kernel.money import Money
from postlude.orders import api as orders
from postlude.orders.types import EventSeen, SaleSeen, TicketSeen
from postlude.people import api as people
from postlude.people.types import PersonSeen
from postlude.sandbox.server import Sandbox

SPACE = "sandbox0space/Conference"
ENDS = datetime(2023, 9, 3, 10, 0, tzinfo=UTC)
RULES = [
    MapRule("*", "Online*", ("gather", "youtube")),
    MapRule("*", "Video*", ("youtube",)),
    MapRule("*", "Dinner*", ()),
    MapRule("*", "Lounge*", ("lounge", "youtube")),
]


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox
    http.close_all()


@pytest.fixture
def sandbox(running_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    running_sandbox.client.reset()
    running_sandbox.client.clear_faults()
    monkeypatch.setenv("GATHER_API_KEY", "sandbox-gather-key")
    return running_sandbox


@dataclass
class Booth:
    org: int
    conference: int
    sandbox: Sandbox
    orders_made: int = 0
    tickets: dict[str, int] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        return kernel_clock.now()

    def contact(self, email: str) -> int:
        found = people.recognise_many(
            self.org, [PersonSeen(email, source="test", reference=f"test:{email}")], now=self.now
        )[0].contact
        assert found is not None
        return found

    def sale(self, number: str, contact: int, ticket_type: str, **changes: Any) -> SaleSeen:
        event = EventSeen("1", "pycon-2023", "PyCon TW 2023 Individual", None, None, ENDS)
        ticket = TicketSeen(f"t{number}", ticket_type, Money(100, "TWD"), paid=True, state="paid")
        facts = {"paid_at": self.now, "tickets": (ticket,), "contact": contact, **changes}
        return SaleSeen("kktix", event, number, "poll", **facts)

    def buy(self, email: str, ticket_type: str = "Online ticket") -> int:
        """Sell one ticket; return the contact."""
        self.orders_made += 1
        number = str(self.orders_made)
        contact = self.contact(email)
        done = orders.upsert_sales(
            self.org, [self.sale(number, contact, ticket_type)], now=self.now
        )
        self.tickets[number] = done[0].tickets[0].ticket
        return contact

    def refund(self, number: str, email: str, ticket_type: str = "Online ticket") -> None:
        sale = self.sale(
            number, self.contact(email), ticket_type, cancelled_at=self.now, refunded_at=self.now
        )
        orders.upsert_sales(self.org, [sale], now=self.now)

    def ask(self, *contacts: int) -> None:
        access.grant_many(self.org, self.conference, contacts, now=self.now)

    def work(self) -> int:
        return access.authorise(jobs.Budget(20))

    def grants(self, contact: int) -> dict[str, GrantFact]:
        found = access.grants_of(self.org, [contact], self.conference)
        return {grant.resource: grant for grant in found.get(contact, [])}

    def states(self, contact: int) -> dict[str, str]:
        return {key: str(grant.state) for key, grant in self.grants(contact).items()}

    def resources(self) -> list[Resource]:
        return resources(self.sandbox)

    def guests(self) -> set[str]:
        spaces = self.sandbox.client.received("gather")["spaces"]
        return {email for guests in spaces.values() for email in guests}


def resources(sandbox: Sandbox) -> list[Resource]:
    gather = {
        "api_key": "${GATHER_API_KEY}",
        "space": SPACE,
        "base_url": sandbox.url("gather"),
    }
    return [
        Resource("lounge", "manual", "Lounge", {"link": "https://lounge.example.test/"}),
        Resource("gather", "gather", "Gather Town", gather),
        Resource("youtube", "youtube", "Live stream", {"url": "https://youtu.be/unlisted"}),
    ]


@pytest.fixture
def booth(org: Any, clock: Any, sandbox: Sandbox) -> Iterator[Booth]:
    work.unsubscribe_all()
    conference = orders.ensure_conference(
        org.id,
        "pycon-2023",
        name="PyCon TW 2023",
        pattern="PyCon TW 2023",
        ends_at=clock.now() + timedelta(days=2),
    )
    access.define_resources(org.id, conference.id, resources(sandbox), now=clock.now())
    access.define_map(org.id, conference.id, RULES, now=clock.now())
    yield Booth(org.id, conference.id, sandbox)
    work.unsubscribe_all()
