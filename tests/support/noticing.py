"""A restaurant in few words: notices go out, customers order, rate and are given points."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from postlude.journeys.models import Cycle, Journey, JourneyVersion
from postlude.kernel import clock, ids, jobs, store, work
from postlude.kernel.money import Money
from postlude.messages import api as messages
from postlude.messages.types import LocaleText, NewMessage, Outcome
from postlude.orders import api as orders
from postlude.orders.shop.types import ShopOrderSeen, Stage
from postlude.people import api as people
from postlude.people import joining
from postlude.people.types import PersonSeen
from postlude.rewards import api as rewards
from postlude.rewards.types.points import Give

OWNER = "worker"


@dataclass
class Restaurant:
    """One organisation with a sender, a text, and runs of notices."""

    org: int
    sender: int = 0
    text: int = 0
    cycles: dict[tuple[str, int], int] = field(default_factory=dict)

    def open(self) -> "Restaurant":
        self.sender = messages.ensure_sender(
            self.org,
            "sms",
            "memory",
            settings={},
            rate=10_000.0,
            burst=100_000,
            from_address="hello@kitchen.test",
        )
        texts = [LocaleText("en", "Hello", text="Come back")]
        self.text = messages.publish_template(self.org, "back", "mail", texts, now=clock.now())
        return self

    def person(self, number: int = 0) -> int:
        seen = PersonSeen(f"guest{number}@example.test", None, f"Guest {number}", None, "test")
        contact = people.recognise_many(self.org, [seen], now=clock.now())[0].contact
        assert contact is not None
        return contact

    def cycle(self, kind: str, version: int = 1) -> int:
        if (kind, version) not in self.cycles:
            now = clock.now()
            with store.write():
                journey, _ = Journey.objects.get_or_create(
                    org_id=self.org, slug=kind, defaults={"trigger": "schedule", "title": kind}
                )
                made = JourneyVersion.objects.create(
                    org_id=self.org,
                    journey=journey,
                    number=version,
                    definition={},
                    digest=f"{kind}{version}",
                    created_at=now,
                )
                self.cycles[kind, version] = Cycle.objects.create(
                    org_id=self.org,
                    journey=journey,
                    version=made,
                    conference=0,
                    entered=0,
                    started_at=now,
                ).id
        return self.cycles[kind, version]

    def queue(self, kind: str, *contacts: int, action: str = "gift", version: int = 1, **context: Any) -> list[int]:  # fmt: skip
        new = [
            NewMessage(
                key=f"recurring:{ids.new_id()}",
                klass="transactional",
                sender=self.sender,
                contact=contact,
                template_version=self.text,
                context={"journey": kind, "way": action, **context},
                cycle=self.cycle(kind, version),
                node="send",
            )
            for contact in contacts
        ]
        with store.write():
            made = messages.enqueue_many(self.org, new, now=clock.now())
        return [each.message for each in made]

    def settle(self, kind: str = "accepted") -> None:
        """Bring all queued messages to the wire, and answer for them."""
        now = clock.now()
        while leased := messages.lease(self.sender, owner=OWNER, limit=32, now=now):
            going = messages.screen(leased, owner=OWNER, now=now)
            rendered, failures = messages.render(going, now=now)
            assert not failures
            marked = messages.mark_sending(rendered, owner=OWNER, now=now)
            outcomes = [Outcome(each.message, kind, provider_id=f"<{each.message}>") for each in marked]  # fmt: skip
            messages.settle_many(self.sender, outcomes, owner=OWNER, now=now)

    def send(self, kind: str, *contacts: int, outcome: str = "accepted", **more: Any) -> list[int]:
        """Send a notice to these people at once, and let the news of it be worked off."""
        made = self.queue(kind, *contacts, **more)
        self.settle(outcome)
        self.work()
        return made

    def order(
        self,
        contact: int | None,
        opened: datetime | None = None,
        closed: datetime | None = None,
        cancelled: datetime | None = None,
        *,
        uid: str = "o1",
        amount: int = 1_000_00,
    ) -> None:
        """Tell of an order what is given."""
        money = Money(amount, "RUB")
        stages = ((Stage.OPENED, opened), (Stage.CLOSED, closed), (Stage.CANCELLED, cancelled))
        seen = [
            ShopOrderSeen(uid, stage, at)
            if stage is Stage.CANCELLED
            else ShopOrderSeen(uid, stage, at, contact=contact, amount=money)
            for stage, at in stages
            if at is not None
        ]
        orders.take_shop_orders(self.org, seen, now=max(each.at for each in seen))

    def give(self, contact: int, reason: str, at: datetime, **more: Any) -> None:
        give = Give(f"give:{ids.new_id()}", contact, 100, reason, **more)
        with store.write():
            rewards.give_many(self.org, [give], now=at)

    def join(self, child: int, head: int) -> None:
        """The two turn out to be one person."""
        with store.write():
            joining.join(self.org, {child: head}, reason="test", now=clock.now())
            work.publish(people.JOINED, self.org, [child])

    def work(self) -> None:
        jobs.run_once("attribution.news")

    def look(self) -> int:
        return jobs.run_once("attribution.look_again")
