"""Members on their way through the nodes: who is where, and writing that down set by set."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from postlude.journeys import bookkeeping
from postlude.journeys.bookkeeping import Place, Tried
from postlude.journeys.models import Member
from postlude.journeys.types import JourneyDefinition, MemberState, Node
from postlude.kernel import store
from postlude.orders.types import TicketFact

_WAITING = {MemberState.READY, MemberState.WAITING}


@dataclass(slots=True)
class Walker:
    """One member while it is being walked; `was` is the reason it had stopped for before."""

    id: int
    cycle: int
    contact: int
    tickets: tuple[int, ...]
    node: str
    since: datetime
    was: str
    state: MemberState = MemberState.READY
    reason: str = ""
    due: datetime | None = None
    message: int | None = None


@dataclass(slots=True)
class Walk:
    """A group of members of one version and conference, and the books of what happened."""

    org: int
    journey: int
    conference: int
    definition: JourneyDefinition
    walkers: Sequence[Walker]
    valid: Mapping[int, Sequence[TicketFact]]
    now: datetime
    entered: Counter[Place] = field(default_factory=Counter)
    passed: Counter[Place] = field(default_factory=Counter)
    tried: list[Tried] = field(default_factory=list)

    def at(self, node: Node) -> list[Walker]:
        """Return who stands at a node and may move, by contact."""
        here = [
            each
            for each in self.walkers
            if each.node == node.name and each.state == MemberState.READY
        ]
        return sorted(here, key=lambda each: (each.contact, each.id))

    def mine(self, walker: Walker) -> list[TicketFact]:
        """Return the tickets it entered for that are still valid."""
        return [each for each in self.valid.get(walker.contact, ()) if each.id in walker.tickets]

    def hold(self, walker: Walker, until: datetime) -> None:
        walker.state, walker.due = MemberState.WAITING, until

    def block(self, walker: Walker, reason: str) -> None:
        walker.state, walker.reason = MemberState.BLOCKED, reason
        self.tried.append(Tried((walker.cycle, walker.node), walker.contact, "blocked", reason))

    def queue(self, walker: Walker, message: int) -> None:
        walker.state, walker.message = MemberState.QUEUED, message
        place = (walker.cycle, walker.node)
        self.tried.append(Tried(place, walker.contact, "waiting", "", message))

    def go(self, walker: Walker) -> None:
        """Move on to the next node; after the last one there is nothing left to wait for."""
        place = (walker.cycle, walker.node)
        names = [node.name for node in self.definition.nodes]
        following = names[names.index(walker.node) + 1 :]
        if not following:
            self.block(walker, "no_node")
            return
        if walker.was:
            self.tried.append(Tried(place, walker.contact, "passed"))
            walker.was = ""
        self.passed[place] += 1
        walker.node, walker.since = following[0], self.now
        self.entered[walker.cycle, walker.node] += 1

    def save(self) -> None:
        """Write members and books, in the caller's transaction."""
        executions = bookkeeping.count(self.org, self.entered, self.passed, self.now)
        missing = {each.place for each in self.tried} - set(executions)
        executions |= bookkeeping.executions(self.org, missing)
        newest = {(each.place, each.contact): each for each in self.tried}
        bookkeeping.note(self.org, list(newest.values()), executions, self.now)
        _save_members(self.walkers, self.now)


def _save_members(walkers: Iterable[Walker], now: datetime) -> None:
    groups: dict[tuple[MemberState, str, datetime, str, datetime], list[int]] = defaultdict(list)
    messages: list[int] = []
    for each in walkers:
        due = each.due or now
        groups[each.state, each.node, each.since, each.reason, due].append(each.id)
        if each.message is not None:
            messages += [each.id, each.message]
    for (state, node, since, reason, due), members in groups.items():
        settled = now if state in {MemberState.BLOCKED, MemberState.FAILED} else None
        Member.objects.filter(id__in=members).update(
            state=state,
            node=node,
            node_since=since,
            reason=reason,
            due=due,
            owner="",
            lease_until=None,
            settled_at=settled,
        )
    for chunk in store.chunks(messages, 1_000):
        pairs = ", ".join(["(%s, %s)"] * (len(chunk) // 2))
        store.execute(
            f"WITH queued (member_id, message_id) AS (VALUES {pairs}) "  # noqa: S608 - our own SQL
            "UPDATE journeys_member SET message = queued.message_id FROM queued "
            "WHERE journeys_member.id = queued.member_id",
            list(chunk),
        )
