"""A whole house in small: sales come in, jobs run, mails are kept in memory."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from postlude.access import api as access
from postlude.access.authorisers import registry as authorisers
from postlude.access.authorisers.types import Answer, Guest, Said, Verdict
from postlude.access.types import MapRule, Resource
from postlude.channels import api as channels
from postlude.channels import registry as channel_registry
from postlude.journeys import api as journeys
from postlude.journeys.types import (
    AdditionNode,
    FilterNode,
    GrantNode,
    JourneyDefinition,
    NoticeNode,
    Progress,
    Schedule,
    Scheduled,
    SendNode,
    WaitNode,
)
from postlude.kernel import clock as kernel_clock
from postlude.kernel import jobs, work
from postlude.kernel.money import Money
from postlude.messages import api as messages
from postlude.messages.types import LocaleText
from postlude.orders import api as orders
from postlude.orders.types import EventSeen, SaleSeen, TicketSeen
from postlude.people import api as people
from postlude.people.types import PersonSeen

STARTS = datetime(2023, 9, 2, 1, 0, tzinfo=UTC)
ENDS = datetime(2023, 9, 3, 10, 0, tzinfo=UTC)


class Door:
    """An authoriser whose mood a test sets: `refused`, `tired`, or open."""

    kind = "door"
    batch = 200
    needs_address = True
    leaves_traces = True
    uses_network = True

    def __init__(self) -> None:
        self.mood = "open"

    def problems(self, settings: Any) -> list[str]:
        return []

    def admit(self, settings: Any, guests: list[Guest]) -> Answer:
        if self.mood == "refused":
            return Answer({}, refused="403 no permission")
        if self.mood == "tired":
            return Answer({}, tired=True, words="503", rest_s=1)
        return Answer({guest.grant: Said(Verdict.GRANTED) for guest in guests})

    def place(self, settings: Any) -> str:
        return "https://door.example.test/"


def definition(**changes: Any) -> JourneyDefinition:
    nodes = (
        FilterNode("who"),
        GrantNode("let-in"),
        WaitNode("until-granted", timeout=timedelta(minutes=30)),
        SendNode("invite", "mail", {"*": "invitation"}),
        AdditionNode("add", "mail", {"*": "addition"}),
    )
    return JourneyDefinition(**{"slug": "invitations", "nodes": nodes, **changes})


def notice(**changes: Any) -> JourneyDefinition:
    """The pre-event mail: a day before 09:00 in Taipei, so at 2023-09-01 01:00 UTC."""
    usual: dict[str, Any] = {
        "slug": "pre-event",
        "nodes": (NoticeNode("send", "mail", {"*": "pre-event"}),),
        "trigger": "schedule",
        "conferences": ("pycon-2023",),
        "schedule": Schedule(before_start=timedelta(days=1)),
    }
    return JourneyDefinition(**{**usual, **changes})


@dataclass
class House:
    org: int
    conference: int
    door: Door
    mail: Any
    sold: int = 0

    @property
    def now(self) -> datetime:
        return kernel_clock.now()

    def contact(self, email: str) -> int:
        return self.contacts([email])[0]

    def contacts(self, emails: list[str]) -> list[int]:
        seen = [PersonSeen(each, source="test", reference=f"test:{each}") for each in emails]
        return [row.contact or 0 for row in people.recognise_many(self.org, seen, now=self.now)]

    def sale(self, number: int, contact: int, **changes: Any) -> SaleSeen:
        event = EventSeen("1", "pycon-2023", "PyCon TW 2023 Individual", None, None, ENDS)
        ticket_type = changes.pop("ticket_type", "Online ticket")
        ticket = TicketSeen(f"t{number}", ticket_type, Money(100, "TWD"), paid=True, state="paid")
        facts = {"paid_at": self.now, "tickets": (ticket,), "contact": contact, **changes}
        return SaleSeen("kktix", event, str(number), "poll", **facts)

    def buy(self, email: str, **changes: Any) -> int:
        """Sell one ticket; return its order number."""
        self.sold += 1
        sale = self.sale(self.sold, self.contact(email), **changes)
        orders.upsert_sales(self.org, [sale], now=self.now)
        return self.sold

    def refund(self, number: int, email: str) -> None:
        self_sale = self.sale(
            number, self.contact(email), cancelled_at=self.now, refunded_at=self.now
        )
        orders.upsert_sales(self.org, [self_sale], now=self.now)

    def work(self) -> None:
        jobs.run_until_idle(groups=("pipeline",))

    def deliver(self) -> None:
        jobs.run_until_idle(groups=("pipeline", "deliver"))

    def tick(self) -> int:
        """What the scheduler does every few seconds; returns how many journeys began."""
        return journeys.schedule(jobs.Budget(20))

    def scheduled(self) -> Scheduled:
        (found,) = journeys.scheduled(self.org, now=self.now)
        if found.progress is not None:
            it = found.progress
            assert it.entered == it.sent + it.blocked_total + it.failed + it.waiting
        return found

    def told(self) -> list[str]:
        return sorted(mail.to_address for mail in self.mail.sent if mail.subject == "Tomorrow")

    def mails(self) -> list[tuple[str, str]]:
        return sorted((mail.to_address, mail.subject) for mail in self.mail.sent)

    def progress(self) -> Progress:
        (found,) = journeys.progress(self.org, self.conference)
        total = found.sent + found.blocked_total + found.failed + found.waiting
        assert found.entered == total
        return found


@pytest.fixture
def house(org: Any, clock: Any) -> House:
    work.unsubscribe_all()
    jobs._jobs.clear()
    for topic, handler in (
        ("ticket.paid", journeys.on_ticket_paid),
        ("ticket.refunded", journeys.on_ticket_refunded),
        ("grant.settled", journeys.on_grant_settled),
        ("access.changed", journeys.on_access_changed),
        (journeys.LATE_ACCESS, journeys.on_access_late),
        ("message.settled", journeys.on_message_settled),
    ):
        work.subscribe(topic, "journeys", handler)
    jobs.register(jobs.Job("work", lambda budget: work.drain(budget.spent), "pipeline"))
    jobs.register(jobs.Job("journeys.step", journeys.step, "pipeline"))
    jobs.register(jobs.Job("journeys.freeze", journeys.freeze, "pipeline"))
    jobs.register(jobs.Job("journeys.step_scheduled", journeys.step_scheduled, "pipeline"))
    jobs.register(jobs.Job("access.authorise", access.authorise, "pipeline"))
    jobs.register(channels.JOBS[0])
    channels.register_all()
    mail = channels.Memory()
    channel_registry.register(mail)
    door = Door()
    authorisers.register(door)
    for name, fn, sample in [*journeys.providers(), *access.providers()]:
        messages.register_provider(name, fn, sample=sample)
    messages.register_attachment(journeys.CALENDAR, journeys.attachments)
    messages.register_veto(journeys.NOTICE, journeys.veto)
    return _furnish(org.id, door, mail, clock)


_SUBJECTS = (("invitation", "Come in"), ("addition", "One more"), ("pre-event", "Tomorrow"))


def _furnish(org: int, door: Door, mail: Any, clock: Any) -> House:
    now = clock.now()
    conference = orders.ensure_conference(
        org,
        "pycon-2023",
        name="PyCon TW 2023",
        pattern="PyCon TW 2023",
        starts_at=STARTS,
        ends_at=ENDS,
    ).id
    door_resource = Resource("door", "door", "The door", {})
    video = Resource("video", "youtube", "Video", {"url": "https://youtu.be/x"})
    access.define_resources(org, conference, [door_resource, video], now=now)
    rules = [MapRule("*", "Online*", ("door",)), MapRule("*", "Both*", ("door", "video"))]
    access.define_map(org, conference, rules, now=now)
    messages.ensure_sender(
        org,
        "mail",
        "memory",
        settings={},
        rate=10_000,
        from_address="team@example.test",
        from_name="PyCon",
    )
    for slug, subject in _SUBJECTS:
        text = (
            "{{ conference.name }}: {% for link in access.links %}{{ link.title }} {{ link.url }} "
            "{% endfor %}{% for ticket in tickets %}[{{ ticket.type }}]{% endfor %}"
        )
        html = f"<p>{text}</p>"
        messages.publish_template(
            org,
            slug,
            "email",
            [LocaleText("zh-Hant", subject=subject, html=html, text=text)],
            now=now,
        )
    journeys.publish(org, definition(), now=now)
    work.drain(lambda: False)
    return House(org, conference, door, mail)
