"""The engine: which facts an anchor is tied to, by a rule that is data. Pure.

An anchor (a message, an order) is held against candidates (orders and points, touches). A rule has
a window of instants around the anchor, and slots; each slot takes some types of candidates and
picks one of them. The outcome depends on what is known, never on the order in which it came, nor
on when somebody looks: a slot is empty for good only once its sources are known complete to the
end of the window.

Ties. FIRST: who counted first, then who happened first. LATEST: who happened last. Then the lower
or the higher id, a shorter one being lower, so that numbers compare as numbers.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Pick(StrEnum):
    FIRST = "first"
    LATEST = "latest"


class Standing(StrEnum):
    """What a candidate is by now. PENDING may come to count (an order that is not closed yet)."""

    COUNTS = "counts"
    PENDING = "pending"
    VOID = "void"


class Why(StrEnum):
    """What the rule says of one candidate in one slot."""

    CHOSEN = "chosen"
    OUTRUN = "outrun"
    BEFORE = "before"
    AFTER = "after"
    PENDING = "pending"
    VOID = "void"
    TOO_LATE = "too_late"
    OTHER_TYPE = "other_type"
    OTHER_SUBJECT = "other_subject"


class Fill(StrEnum):
    """How a slot stands: it has its fact, it may yet get one, or it never will."""

    CHOSEN = "chosen"
    WAITING = "waiting"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Window:
    """The instants that count, as distances from the anchor; whether its two ends belong."""

    begins: timedelta
    ends: timedelta
    with_begin: bool = True
    with_end: bool = True

    def side(self, anchor: datetime, at: datetime) -> Why | None:
        """Say on which side of the window an instant is, None when it is inside."""
        begin, end = anchor + self.begins, anchor + self.ends
        if at < begin or (at == begin and not self.with_begin):
            return Why.BEFORE
        if at > end or (at == end and not self.with_end):
            return Why.AFTER
        return None


@dataclass(frozen=True, slots=True)
class Slot:
    """Takes one candidate of some types; `or_else`: what that slot chose, when it finds none."""

    name: str
    takes: frozenset[str]
    pick: Pick
    or_else: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """How facts are tied to an anchor. A slot stands before the one that is its `or_else`.

    `patience`: how long after the window a pending candidate inside may still come to count.
    `by_counting`: the window is held against when a candidate counted, not when it happened.
    `windows`: those of candidates that came by some way (a channel), where that has its own.
    """

    name: str
    window: Window
    slots: tuple[Slot, ...]
    patience: timedelta = timedelta(0)
    by_counting: bool = False
    windows: tuple[tuple[str, Window], ...] = ()

    @property
    def takes(self) -> frozenset[str]:
        return frozenset().union(*(slot.takes for slot in self.slots))

    def window_of(self, it: "Candidate") -> Window:
        return next((window for via, window in self.windows if via == it.via), self.window)

    def last_instant(self, anchor: datetime) -> datetime:
        """Return the instant after which no new fact can matter."""
        return anchor + self.window.ends + self.patience


@dataclass(frozen=True, slots=True)
class Anchor:
    """`about`: what it speaks of (the order that a message asks about), where that is known."""

    at: datetime
    about: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A fact that may be chosen. `counted_at`: since when it counts, if not since it happened.

    `via`: the way by which it came, where the rule has a window for that.
    """

    id: str
    type: str
    at: datetime
    standing: Standing = Standing.COUNTS
    counted_at: datetime | None = None
    about: str = ""
    via: str = ""

    @property
    def since(self) -> datetime:
        return self.counted_at or self.at


@dataclass(frozen=True, slots=True)
class Weighed:
    """A line of a receipt: a candidate, and what the rule says of it."""

    candidate: Candidate
    why: Why


@dataclass(frozen=True, slots=True)
class Filled:
    """What a slot has, and why. While it waits, `final_after`: without news, no sooner."""

    slot: str
    fill: Fill
    chosen: Candidate | None
    weighed: tuple[Weighed, ...]
    final_after: datetime


def choose(
    rule: Rule, anchor: Anchor, candidates: Iterable[Candidate], *, known_to: datetime
) -> Mapping[str, Filled]:
    """Fill the slots of a rule. `known_to`: every fact up to then is among the candidates."""
    ordered = sorted(set(candidates), key=lambda each: (each.at, _number(each), each.type))
    filled: dict[str, Filled] = {}
    for slot in reversed(rule.slots):
        found = _fill(rule, slot, anchor, ordered, known_to)
        if found.chosen is None and slot.or_else:
            other = filled[slot.or_else]
            found = Filled(slot.name, other.fill, other.chosen, found.weighed, found.final_after)
        filled[slot.name] = found
    return filled


def _fill(
    rule: Rule, slot: Slot, anchor: Anchor, candidates: Sequence[Candidate], known_to: datetime
) -> Filled:
    judged = [(each, _judge(rule, slot, anchor, each)) for each in candidates]
    able = [each for each, why in judged if why is None]
    chosen = _pick(slot.pick, able) if able else None
    waits = any(why is Why.PENDING for _, why in judged)
    end = rule.last_instant(anchor.at) if waits else anchor.at + rule.window.ends
    fill = Fill.WAITING if known_to <= end else Fill.NONE
    return Filled(
        slot.name,
        fill if chosen is None else Fill.CHOSEN,
        chosen,
        tuple(
            Weighed(each, why or (Why.CHOSEN if each is chosen else Why.OUTRUN))
            for each, why in judged
        ),
        end,
    )


def _judge(rule: Rule, slot: Slot, anchor: Anchor, it: Candidate) -> Why | None:
    """Return why a candidate cannot be chosen, None when it can."""
    if it.type not in slot.takes:
        return Why.OTHER_TYPE
    if anchor.about and it.about and anchor.about != it.about:
        return Why.OTHER_SUBJECT
    if it.standing is Standing.VOID:
        return Why.VOID
    return _judge_times(rule, anchor, it)


def _judge_times(rule: Rule, anchor: Anchor, it: Candidate) -> Why | None:
    pending = Why.PENDING if it.standing is Standing.PENDING else None
    if rule.by_counting:
        return pending or rule.window_of(it).side(anchor.at, it.since)
    late = it.since > max(it.at, rule.last_instant(anchor.at))
    side = rule.window_of(it).side(anchor.at, it.at)
    return side or pending or (Why.TOO_LATE if late else None)


def _pick(pick: Pick, able: Sequence[Candidate]) -> Candidate:
    if pick is Pick.FIRST:
        return min(able, key=lambda each: (each.since, each.at, _number(each)))
    return max(able, key=lambda each: (each.at, _number(each)))


def _number(each: Candidate) -> tuple[int, str]:
    return (len(each.id), each.id)
