"""Messages that somebody opens or follows: each by its node and cycle, to whom one likes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from postlude.activity import api as activity
from postlude.activity.types import ActivitySeen, Kind, Sign
from postlude.channels import registry
from postlude.channels.memory import Memory
from postlude.kernel import store
from postlude.kernel.clock import now
from postlude.messages import api as messages
from postlude.messages.types import Lane, LocaleText, NewMessage
from postlude.people import api as people
from postlude.people.types import Actor, CustomerSeen, Visit, Visited
from postlude.tracking import api as tracking
from postlude.tracking.types import Agent, AgentKind, Hit, Reason, TouchFact, TouchKind

BROWSER = Agent(AgentKind.BROWSER, Reason.NONE)


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that was written."""

    message: int
    contact: int
    token: str


class Mailing:
    """A sender with one template of two links, and people to write to."""

    def __init__(self, org: int, *, klass: str = "marketing") -> None:
        registry.register(Memory())
        self._org, self._klass, self._number = org, klass, count(1)
        self._sender = messages.ensure_sender(
            org, "mail", "memory", settings={}, rate=100, from_address="a@example.test"
        )
        text = LocaleText(
            "en",
            subject="Hi",
            html='<p><a href="https://shop.test/a">A</a> <a href="https://shop.test/b">B</a></p>',
            text="A: https://shop.test/a B: https://shop.test/b",
        )
        self.version = messages.publish_template(org, "hi", "news", [text], now=now())

    def person(self, name: str) -> int:
        """Return the contact of that name, a member of that number; made when it is not there."""
        seen = CustomerSeen(number=name, email=f"{name}@example.test")
        (kept,) = people.upsert_customers(self._org, [seen], actor=Actor("system", "t"), now=now())
        assert kept.contact is not None
        return kept.contact

    def send(
        self,
        *,
        node: str = "",
        cycle: int | None = None,
        contact: int | None = None,
        testing: bool = False,
    ) -> Sent:
        """Write one message and return it; to a new person where none is named."""
        number = next(self._number)
        to = contact if contact is not None else self.person(f"person{number}")
        new = NewMessage(
            key=f"hi:{number}",
            klass=self._klass,
            sender=self._sender,
            contact=to,
            template_version=self.version,
            locale="en",
            lane=Lane.TRIGGERED,
            node=node,
            cycle=cycle,
            testing=testing,
        )
        with store.write():
            (enqueued,) = messages.enqueue_many(self._org, [new], now=now())
        return Sent(enqueued.message, to, messages.token_of(enqueued.message))


class Street:
    """People, their browsers, what they click and what they do in the shop; times in Taipei."""

    def __init__(self, org: int, *, day: datetime) -> None:
        self.org, self._day = org, day
        self.mailing = Mailing(org)
        self.clicks: dict[str, int] = {}
        self._hits = count(1)

    def moment(self, text: str, *, days: int = 0) -> datetime:
        """Return `10:06:20` of the day, or of some days later."""
        hour, minute, second = (int(each) for each in f"{text}:00".split(":")[:3])
        return self._day.replace(hour=hour, minute=minute, second=second) + timedelta(days=days)

    def browser(self, cid: str, *, member: str = "", at: datetime | None = None) -> Visited:
        """Return the visitor of a browser; with `member` somebody logs in there."""
        visit = Visit(cid=cid.ljust(16, "x"), at=at or self._day, member=member)
        (visited,) = people.visit_many(self.org, [visit], now=at or self._day)
        return visited

    def touch(
        self,
        name: str,
        sent: Sent,
        at: datetime,
        *,
        kind: TouchKind = TouchKind.CLICK,
        visitor: int | None = None,
        link: int = 0,
        agent: Agent = BROWSER,
        origin: str = "",
    ) -> None:
        """Keep an open or a click under a name."""
        hit = Hit(
            kind,
            sent.message,
            at,
            link=link if kind is TouchKind.CLICK else None,
            visitor=visitor,
            agent=agent,
            origin=origin,
            event_id=name,
        )
        tracking.record_many(self.org, [hit], now=max(now(), at))
        newest = max(tracking.touches_of(self.org, [sent.message])[sent.message], key=_id)
        self.clicks[name] = newest.id

    def act(self, visitor: int, at: datetime, *, machine: bool = False, late: bool = False) -> int:
        """Let a visitor look at a page."""
        number = next(self._hits)
        seen = ActivitySeen(
            kind=Kind.PAGE,
            message_id=f"{number:012x}7000800000000000",
            sent_ms=int(at.timestamp() * 1000),
            visitor=visitor,
            contact=None,
            at=at,
            client_ts=at,
            reasons=int(Reason.KNOWN_BOT) if machine else 0,
            signs=Sign.LATE if late else Sign.NONE,
        )
        (kept,) = activity.record_many(self.org, [seen], now=max(now(), at))
        return kept

    def verdicts(self) -> dict[str, bool | None]:
        """Return what was said of each click."""
        found = tracking.touches(self.org, self.clicks.values())
        return {name: found[touch].human for name, touch in self.clicks.items()}

    def reasons(self) -> dict[str, Reason]:
        """Return the signs of each."""
        found = tracking.touches(self.org, self.clicks.values())
        return {name: found[touch].reasons for name, touch in self.clicks.items()}


def _id(fact: TouchFact) -> int:
    return fact.id
