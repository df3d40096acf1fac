"""The first preset: what a customer did after a message. Pure.

Unless the notice says otherwise, of `feedback` and `profile` it is the first accrual of that reason
after the message, of `invite` and `birthday` the first closed order that was opened after it;
within 14 times 24 hours. Points that a message brings along are no reaction to it: those kinds look
at orders, and a notice of another kind cannot await the points that it gives.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from postlude.attribution.choosing import (
    Anchor,
    Candidate,
    Fill,
    Pick,
    Rule,
    Slot,
    Standing,
    Window,
    choose,
)
from postlude.attribution.types import (
    Accrual,
    Known,
    OrderFact,
    OrderState,
    Preset,
    Reaction,
    ReactionState,
    ReactionType,
    Sent,
)

WITHIN = timedelta(days=14)
_SLOT = "reaction"
_ORDER, _POINTS = "order", "points:"
_STANDING = {
    OrderState.OPEN: Standing.PENDING,
    OrderState.CLOSED: Standing.COUNTS,
    OrderState.CANCELLED: Standing.VOID,
}
_STATES = {
    Fill.CHOSEN: ReactionState.REACTED,
    Fill.WAITING: ReactionState.WAITING,
    Fill.NONE: ReactionState.NONE,
}


def to_order(within: timedelta = WITHIN, *, by_closing: bool = False) -> Rule:
    """React by an order: opened after the message and within the time, closed soon enough.

    Soon enough is once more the time after the end of the window.

    `by_closing`: it is the closing that must be after the message and within the time.
    """
    return _rule(
        "first order by its closing" if by_closing else "first order",
        _ORDER,
        within,
        patience=timedelta(0) if by_closing else within,
        by_counting=by_closing,
    )


def to_points(reason: str, within: timedelta = WITHIN) -> Rule:
    """React by an act for which points of this very reason are given."""
    return _rule(f"first points for {reason}", f"{_POINTS}{reason}", within)


def _rule(
    name: str,
    takes: str,
    within: timedelta,
    *,
    patience: timedelta = timedelta(0),
    by_counting: bool = False,
) -> Rule:
    after = Window(timedelta(0), within, with_begin=False)
    slots = (Slot(_SLOT, frozenset({takes}), Pick.FIRST),)
    return Rule(name, after, slots, patience, by_counting)


REACTIONS: Preset = {
    "feedback": to_points("feedback"),
    "profile": to_points("profile"),
    "birthday": to_order(),
    "invite": to_order(),
}


RuleOf = Callable[[str, int], Rule | None]


def by_kind(kind: str, version: int) -> Rule | None:  # noqa: ARG001 - one shape
    """Return the rule of a kind that is known by its name, whatever its version says."""
    return REACTIONS.get(kind)


def react(
    messages: Iterable[Sent],
    orders: Iterable[OrderFact],
    accruals: Iterable[Accrual],
    *,
    known: Known,
    rule_of: RuleOf = by_kind,
) -> dict[int, Reaction]:
    """Say what came of each message, from all that is known of its contact.

    `rule_of` says by which rule, of a kind and version. The same facts give the same reactions, in
    whatever order they are given.
    """
    sent = sorted(set(messages), key=lambda each: (each.sent_at, each.id))
    facts: dict[int, list[Candidate]] = defaultdict(list)
    for order in orders:
        facts[order.contact].append(_ordered(order))
    for accrual in accruals:
        facts[accrual.contact].append(_given(accrual))
    found = [_react(each, facts[each.contact], known, rule_of) for each in sent]
    newest = _newest(sent, found)
    return {each.message: replace(each, credited=each.message in newest) for each in found}


def _ordered(order: OrderFact) -> Candidate:
    standing = _STANDING[order.state]
    return Candidate(order.uid, _ORDER, order.opened_at, standing, order.closed_at)


def _given(accrual: Accrual) -> Candidate:
    kind = f"{_POINTS}{accrual.reason}"
    return Candidate(accrual.id, kind, accrual.at, about=accrual.about)


def _react(message: Sent, facts: Sequence[Candidate], known: Known, rule_of: RuleOf) -> Reaction:
    rule = rule_of(message.kind, message.version)
    if rule is None:
        return Reaction(message.id, ReactionState.UNMEASURED)
    anchor = Anchor(message.sent_at, message.about)
    filled = choose(rule, anchor, facts, known_to=_known_to(rule, known))[_SLOT]
    it = filled.chosen
    return Reaction(
        message.id,
        _STATES[filled.fill],
        type=type_of(rule) if it else None,
        effect=it.id if it else "",
        at=it.at if it else None,
        final_after=filled.final_after,
        receipt=filled,
    )


def type_of(rule: Rule) -> ReactionType:
    """Return what sort of reaction a rule of this preset looks for."""
    return ReactionType.ORDER if _ORDER in rule.takes else ReactionType.ACT


def reasons(preset: Preset) -> frozenset[str]:
    """Return the reasons of points that a preset looks for."""
    return frozenset().union(*(reasons_of(rule) for rule in preset.values()))


def reasons_of(rule: Rule) -> frozenset[str]:
    """Return the reasons of points that a rule looks for."""
    return frozenset(each.removeprefix(_POINTS) for each in rule.takes if each.startswith(_POINTS))


def _known_to(rule: Rule, known: Known) -> datetime:
    return known.orders if type_of(rule) is ReactionType.ORDER else known.points


def _newest(sent: Sequence[Sent], found: Sequence[Reaction]) -> set[int]:
    """Return the newest message of each order or accrual that somebody reacted by.

    Of two that were sent in the same instant, the higher id is the newer.
    """
    newest: Mapping[tuple[int, ReactionType | None, str], int] = {
        (message.contact, each.type, each.effect): message.id
        for message, each in zip(sent, found, strict=True)
        if each.state is ReactionState.REACTED
    }
    return set(newest.values())
