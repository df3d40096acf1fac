"""People on a path while they are walked: who stands where, and writing that down as sets."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from postlude.journeys import bookkeeping
from postlude.journeys.bookkeeping import Place, Tried
from postlude.journeys.models import Mark, Walk
from postlude.journeys.paths.types import ORDERS, News, Node, Path, State, Topic
from postlude.kernel import store

_CHUNK = 500
_SUBJECTS = {
    **dict.fromkeys(ORDERS, "order"),
    Topic.TICKET_PAID: "ticket",
    Topic.EVENT: "event",
}


@dataclass(slots=True)
class Walker:
    """One walk in hand. `since`: since when they stand at their node."""

    id: int
    cycle: int
    contact: int
    subject: int
    conference: int
    mark: int
    lane: int
    node: str
    since: datetime
    done: int
    entered_at: datetime
    state: State = State.WALKING
    reason: str = ""
    due: datetime | None = None


@dataclass(slots=True)
class Party:
    """Walkers of one version who are walked together, and the books of what happened."""

    org: int
    zone: str
    journey: int
    version: int
    path: Path
    walkers: Sequence[Walker]
    now: datetime
    entered: Counter[Place] = field(default_factory=Counter)
    passed: Counter[Place] = field(default_factory=Counter)
    tried: list[Tried] = field(default_factory=list)

    @property
    def subjects(self) -> str:
        """Return what the number is that they entered for, as texts and reports call it."""
        trigger = self.path.trigger
        return _SUBJECTS[trigger.what.topic] if isinstance(trigger, News) else "subject"

    def at(self, node: Node) -> list[Walker]:
        """Return who stands at a node and may move, in the order of contacts."""
        return [
            each
            for each in self.walkers
            if each.node == node.name and each.state is State.WALKING and each.due is None
        ]

    def name(self, node: str) -> str:
        """Return what executions and messages call a node."""
        return f"{self.path.slug}.{node}"

    def place(self, walker: Walker) -> Place:
        return walker.cycle, self.name(walker.node)

    def go(self, walker: Walker, to: str) -> None:
        """Move on; to the end, when nothing comes next."""
        self.passed[self.place(walker)] += 1
        if not to:
            walker.state = State.DONE
            return
        walker.node, walker.since = to, self.now
        self.entered[self.place(walker)] += 1

    def hold(self, walker: Walker, until: datetime) -> None:
        """Stay, and be looked at again at `until`, or when there is news."""
        walker.due = until

    def end(self, walker: Walker, state: State) -> None:
        walker.state = state

    def stop(self, walker: Walker, reason: str) -> None:
        walker.state, walker.reason = State.STOPPED, reason
        self.note(walker, "blocked", reason)

    def note(
        self, walker: Walker, outcome: str, reason: str = "", message: int | None = None
    ) -> None:
        """Write down what a node tried for somebody."""
        self.tried.append(
            Tried(self.place(walker), walker.contact, outcome, reason, message, walker.subject)
        )

    def save(self) -> None:
        """Write walks and books, in the caller's transaction."""
        executions = bookkeeping.count(self.org, self.entered, self.passed, self.now)
        missing = {each.place for each in self.tried} - set(executions)
        executions |= bookkeeping.executions(self.org, missing)
        bookkeeping.note(self.org, self.tried, executions, self.now)
        _save(self.walkers, self.now)
        release(self.org, [each.mark for each in self.walkers if in_vain(each.state, each.done)])


def in_vain(state: State, done: int) -> bool:
    """Say whether a walk is over and nothing of it stays: it may begin again."""
    return state in {State.DONE, State.STOPPED} and not done


def release(org: int, marks: Collection[int]) -> None:
    """Let those who walked in vain walk again."""
    for chunk in store.chunks(sorted(marks), _CHUNK):
        Mark.objects.filter(org=org, id__in=chunk).delete()


def _save(walkers: Iterable[Walker], now: datetime) -> None:
    """One statement for each group of equals; whoever stayed keeps since when they stand there."""
    groups: dict[tuple[State, str, bool, str, datetime, int], list[int]] = defaultdict(list)
    for each in walkers:
        moved = each.since == now
        same = (each.state, each.node, moved, each.reason, each.due or now, each.done)
        groups[same].append(each.id)
    for (state, node, moved, reason, due, done), some in groups.items():
        Walk.objects.filter(id__in=some).update(
            state=state,
            node=node,
            reason=reason,
            due=due,
            done=done,
            owner="",
            lease_until=None,
            ended_at=None if state is State.WALKING else now,
            **({"since": now} if moved else {}),
        )


def by_cycle(walkers: Iterable[Walker]) -> Mapping[int, list[Walker]]:
    """Return walkers by the cycle they entered in, in order."""
    found: dict[int, list[Walker]] = defaultdict(list)
    for each in walkers:
        found[each.cycle].append(each)
    return dict(sorted(found.items()))
