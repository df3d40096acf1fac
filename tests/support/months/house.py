"""The house that the restaurant's months are told to, on a clock that stands still between steps."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from postlude.kernel import clock, jobs, store
from postlude.kernel.money import Money
from postlude.messages import api as messages
from postlude.orders import api as orders
from postlude.orders.api import ShopOrderSeen, Stage
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.people.types import Actor, CustomerSeen
from postlude.playbooks import api as playbooks
from postlude.rewards import api as rewards
from postlude.rewards.types.points import Give, Take
from postlude.sandbox.client import SandboxClient
from postlude.wiring import registry
from support.months.scene import Accrual, Guest, Order, Said, Spending

TILL = Actor("cli", "till")
THROTTLED = 429
_BATCH = 500
_MOST_STEPS = 3_600  # seconds after a run in which its texts have to be out
_LOOKED_AT = {"journeys.begin_runs", "attribution.look_again", "rewards.sweep_points"}
_WORKING = (
    "journeys.freeze_runs",
    "journeys.walk_runs",
    "channels.deliver",
    "kernel.work",
    "attribution.news",
)
_NAMES = ("Анна", "Борис", "Вера", "Глеб", "Дарья", "Егор", "Жанна", "Захар")


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the gateway: when, and what it answered ("1", "0", a status, "cut")."""

    at: datetime
    to: str
    text: str
    arrived: bool
    answer: str


class House:
    """Postlude with the restaurant's playbook, and the gateway's simulator behind it."""

    def __init__(self, gateway: SandboxClient, frozen: clock.FrozenClock) -> None:
        self._gateway = gateway
        self._clock = frozen
        self._heard = 0
        self.org = 0
        self.contacts: dict[int, int] = {}
        registry.register_all()

    def now(self) -> datetime:
        return self._clock.now()

    def go(self, to: datetime) -> None:
        self._clock.advance(seconds=(to - self._clock.now()).total_seconds())

    def open(self, playbook: Path, guests: Sequence[Guest]) -> None:
        """Apply the playbook and tell of the customers; some are told of twice."""
        playbooks.apply(playbook, org=None, actor=TILL, now=self.now())
        (ref,) = orgs.all_orgs()
        self.org = ref.id
        for part in store.chunks(guests, _BATCH):
            kept = self._tell([_customer(each) for each in part])
            found = zip(part, kept, strict=True)
            self.contacts.update({guest.number: it for guest, it in found if it is not None})
        again = [guest for guest in guests if guest.kept and guest.number % 97 == 0]
        known = self._tell([CustomerSeen(phone=_otherwise(guest)) for guest in again])
        assert [self.contacts[guest.number] for guest in again] == known

    def say(self, said: Sequence[Said]) -> None:
        for each in said:
            answers = (("sms", False),) if each.no else ()
            who = CustomerSeen(f"{each.guest}", birthday=each.birthday, consents=answers)
            assert [self.contacts[each.guest]] == self._tell([who])

    def order(self, told: Iterable[tuple[Order, Stage]]) -> None:
        for part in store.chunks([self._seen(*each) for each in told], _BATCH):
            done = orders.take_shop_orders(self.org, part, now=self.now())
            assert not [it for it in done if it.change is orders.ShopOrderChange.REFUSED]

    def give(self, accruals: Sequence[Accrual]) -> None:
        wanted = [
            Give(
                f"app:{self.now():%m%d%H%M}:{number}",
                self.contacts[each.guest],
                each.minor,
                each.reason,
                campaign=f"order:{each.order}" if each.order else "",
            )
            for number, each in enumerate(accruals)
        ]
        for part in store.chunks(wanted, _BATCH):
            rewards.give_many(self.org, part, now=self.now())

    def spend(self, spendings: Sequence[Spending]) -> None:
        wanted = [
            Take(each.key, self.contacts[each.guest], each.wanted, "order", partial=True)
            for each in spendings
        ]
        for part in store.chunks(wanted, _BATCH):
            rewards.take_many(self.org, part, now=self.now())

    def work(self, *, thoroughly: bool) -> list[Call]:
        """Do all that is due now, as the loop does; return the calls. A sender's pace takes seconds.

        `thoroughly`: every job there is, and not only those that something may be due for.
        """
        for job in jobs.registered():
            if job.every is not None and (thoroughly or job.name in _LOOKED_AT):
                jobs.run_if_due(job)
        self._until_idle(thoroughly)
        calls = list(self._new_calls())
        for _ in range(_MOST_STEPS):
            if not messages.waiting():
                break
            self._clock.advance(seconds=1)
            jobs.run_once("channels.deliver")
            calls += self._new_calls()
        else:
            raise AssertionError(f"{messages.waiting()} texts are left at {self.now()}")
        self._until_idle(thoroughly)
        return calls

    def _until_idle(self, thoroughly: bool) -> None:
        if thoroughly:
            jobs.run_until_idle()
        while sum(jobs.run_once(each) for each in _WORKING):
            pass

    def rest(self) -> None:
        """Let an hour pass in which everything that is waited for is looked at once more."""
        self._clock.advance(hours=1)
        while jobs.run_once("attribution.look_again"):
            pass
        jobs.run_once("rewards.sweep_points")

    def _tell(self, seen: Sequence[CustomerSeen]) -> list[int | None]:
        kept = people.upsert_customers(self.org, seen, actor=TILL, now=self.now())
        return [it.contact for it in kept]

    def _seen(self, order: Order, stage: Stage) -> ShopOrderSeen:
        if stage is Stage.CANCELLED:
            assert order.cancelled is not None
            return ShopOrderSeen(order.uid, stage, order.cancelled)
        closing = stage is Stage.CLOSED
        when = order.closed if closing else order.opened
        assert when is not None
        return ShopOrderSeen(
            order.uid,
            stage,
            when,
            contact=None if order.guest is None else self.contacts[order.guest],
            kind=order.kind,
            source=order.source,
            amount=Money(order.minor, "RUB"),
            opened_at=order.opened if closing else None,
            test=order.test,
        )

    def _new_calls(self) -> Iterator[Call]:
        for each in self._gateway.gateway_calls(self._heard):
            self._heard = each["number"]
            status, arrived = each["answer"], each["arrived"]
            answer = "cut" if status is None else str(status)
            if status == 200:
                answer = str(int(arrived))
            if status != THROTTLED:
                yield Call(self.now(), each["to"], each["text"], arrived, answer)


def _customer(guest: Guest) -> CustomerSeen:
    return CustomerSeen(
        f"{guest.number}",
        guest.phone,
        name=_NAMES[guest.number % len(_NAMES)],
        birthday=guest.birthday,
        locale="ru",
        consents=(("sms", True),) if guest.said_yes else (),
    )


def _otherwise(guest: Guest) -> str:
    """The same phone as somebody else would type it."""
    spelled = guest.spelled
    return f"+7-{spelled[1:4]}-{spelled[4:]}" if spelled else guest.phone
