"""The chain of restaurants with journeys in steps: people order, wait, branch, and are written to."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from postlude.journeys import api as journeys
from postlude.journeys.models import (
    Cycle,
    Intake,
    Mark,
    NodeExecution,
    SendAttempt,
    SendBlock,
    Walk,
)
from postlude.journeys.paths.types import State
from postlude.kernel import jobs, work
from postlude.kernel.money import Money
from postlude.messages.models import Outbox
from postlude.orders import api as orders

from . import notices_house
from .notices_house import Restaurants

DAY, WEEK = timedelta(days=1), timedelta(days=7)
ORDER = journeys.Happening(journeys.Topic.ORDER_CLOSED)
ORDERED = journeys.News(ORDER)
BORN = journeys.Condition("birthday_known")
LOOSE = ("sent", "blocked", "failed", "waiting", "held_out")


def letter(template: str = "come-back", **changes: Any) -> journeys.Letter:
    return journeys.Letter("mail", template, **changes)


def send(name: str, then: str = "", **changes: Any) -> journeys.Send:
    return journeys.Send(name, letter(name), changes.pop("give", None), then, **changes)


def path(*nodes: journeys.Node, **changes: Any) -> journeys.Path:
    """A journey that a closed order starts, once for ever."""
    usual = {"slug": "welcome", "trigger": ORDERED, "nodes": nodes, "once": journeys.Once.EVER}
    return journeys.Path(**{**usual, **changes})


@dataclass
class Chain(Restaurants):
    sold: int = 0

    def put_up(self, it: journeys.Path) -> None:
        journeys.publish_path(self.org, it, now=self.now)

    def closes(self, *contacts: int, at: datetime | None = None, **said: Any) -> list[str]:
        """Each of them closes an order; return what the orders are called."""
        seen = []
        for contact in contacts:
            self.sold += 1
            words = {"amount": Money(100_00, "RUB"), "kind": "delivery", **said}
            seen.append(
                orders.ShopOrderSeen(
                    f"o{self.sold}", orders.Stage.CLOSED, at or self.now, contact=contact, **words
                )
            )
        orders.take_shop_orders(self.org, seen, now=max(self.now, at or self.now))
        return [each.uid for each in seen]

    def opens(self, uid: str, contact: int, *, at: datetime | None = None, source: str) -> None:
        stage, when = orders.Stage.OPENED, at or self.now
        seen = orders.ShopOrderSeen(uid, stage, when, contact=contact, source=source)
        orders.take_shop_orders(self.org, [seen], now=self.now)

    def cancels(self, uid: str) -> None:
        seen = orders.ShopOrderSeen(uid, orders.Stage.CANCELLED, self.now)
        orders.take_shop_orders(self.org, [seen], now=self.now)

    def look(self) -> None:
        """What a scheduler does every few seconds, and the looks that it began."""
        journeys.begin_looks(jobs.Budget(20))
        journeys.look(jobs.Budget(60))

    def step(self) -> None:
        """Hear the news and walk everybody who is due; send nothing yet."""
        self.look()
        jobs.run_until_idle(groups=("pipeline",))

    def go_on(self) -> None:
        """All that there is to do now."""
        self.step()
        jobs.run_until_idle(groups=("pipeline", "deliver"))
        self.balance()

    def stand(self) -> dict[str, int]:
        """How many walks are where: by node of those on the way, by state of the others."""
        rows = Walk.objects.filter(org=self.org).values_list("state", "node")
        return dict(Counter(node if state == State.WALKING else state for state, node in rows))

    def steps(self, slug: str = "welcome") -> dict[str, journeys.StepFact]:
        """The steps of the newest version."""
        return {each.name: each for each in journeys.path_versions(self.org, slug)[0].steps}

    def balance(self) -> None:
        """The books of every version and step agree with the walks, whenever this is asked."""
        for it in journeys.paths(self.org):
            for version in journeys.path_versions(self.org, it.slug):
                total = version.walking + version.done + version.stopped + version.goal
                assert version.entered == total
                for step in version.steps:
                    blocked = sum(step.blocked.values())
                    if step.does == "send":
                        fate = step.sent + step.failed + step.unknown + step.held_out + blocked
                        assert step.entered == fate + step.waiting, step
                    else:
                        gone = step.passed + step.ended + step.goal + blocked
                        assert step.entered == gone + step.waiting, step
        entered = sum(Cycle.objects.filter(org=self.org).values_list("entered", flat=True))
        assert entered == Walk.objects.filter(org=self.org).count()
        for row in NodeExecution.objects.filter(org=self.org):
            reasons = Counter(
                SendAttempt.objects.filter(execution=row, outcome="blocked").values_list(
                    "reason", flat=True
                )
            )
            kept = SendBlock.objects.filter(org=self.org, execution=row).first()
            assert dict(reasons) == (kept.reasons if kept else {})
            assert reasons.total() == (kept.total if kept else 0)

    def ends_the_dead(self) -> None:
        super().ends_the_dead()
        for model in (Walk, Intake, Outbox):
            model.objects.update(lease_until=None)

    def marked(self) -> list[str]:
        return sorted(Mark.objects.filter(org=self.org).values_list("scope", flat=True))


def build(clock: Any) -> Chain:
    """A fresh organisation in Moscow, with whatever walks its paths."""
    made = notices_house.build(clock)
    for topic in journeys.PATH_TOPICS:
        work.subscribe(topic, journeys.PATHS, journeys.on_news)
    jobs.register(jobs.Job("journeys.walk_paths", journeys.walk_paths, "pipeline"))
    jobs.register(jobs.Job("journeys.walk_selected", journeys.walk_selected, "pipeline"))
    return Chain(made.org, made.mail)
