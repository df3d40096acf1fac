"""What comes into force of the rules that were asked, and why the others do not. Pure.

Scarce things are hoped for first: every claim counts as granted until somebody who tried to take it
says otherwise. Then it is asked again with that claim refused, so another branch, another operand
or another rule may come in its place.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from django.utils.translation import gettext as _

from postlude.rewards.types.reservations import Claim, Refusal
from postlude.rules.compiling.ruleset import RuleSet
from postlude.rules.explaining import refusals
from postlude.rules.explaining.examining import Examined
from postlude.rules.explaining.nearest import nearest_miss
from postlude.rules.explaining.outcomes import Branch, Outcome, outcome
from postlude.rules.explaining.outcomes import Reason as Because
from postlude.rules.explaining.traces import Explanation, Level, explain
from postlude.rules.explaining.verdicts import Peek, Peeks, verdicts
from postlude.rules.facts import Context
from postlude.rules.rule import BoundAction, Rule
from postlude.rules.selecting.candidates import Candidates
from postlude.rules.selecting.choosing import Lost, Selection, select
from postlude.rules.selecting.matches import Match, worth
from postlude.rules.types import Gift, Group, Missed, Why

Refused = Mapping[int, Mapping[str, str]]  # by rule version: resource, and why it cannot be had
_GRANTED = Peek(granted=True)


class Scene:
    """A compiled rule set with all that deciding needs of it; made once for a publishing."""

    def __init__(self, rules: RuleSet, groups: Mapping[str, Group]) -> None:
        self.rules = rules
        self.groups = groups
        self.candidates = Candidates(rules.rules)
        self.places = {rule.id: place for place, rule in enumerate(rules.rules)}

    @cached_property
    def examined(self) -> dict[int, Examined]:
        """Each rule laid out for explanation, by version."""
        return {rule.id: Examined(rule) for rule in self.rules.rules}

    @cached_property
    def reads(self) -> frozenset[str]:
        """The facts that some rule, or what it gives, looks at."""
        return self.rules.reads | {"amount"}


@dataclass(frozen=True, slots=True)
class Chosen:
    """A rule that comes into force, with what follows from it."""

    rule: Rule
    outcome: Outcome

    @property
    def claims(self) -> list[Claim]:
        return [Claim(each.spec.resource, each.spec.quantity) for each in self.outcome.claims]


@dataclass(frozen=True, slots=True)
class Decision:
    """What comes into force, best first. `outcomes` are of every rule that was asked."""

    chosen: tuple[Chosen, ...]
    selection: Selection
    outcomes: Mapping[int, Outcome]
    asked: tuple[Rule, ...]
    refused: Refused = field(default_factory=dict)

    @property
    def claims(self) -> tuple[Claim, ...]:
        """All that has to be taken for it, one claim a resource, in the order of resources."""
        wanted: dict[str, int] = {}
        for each in self.chosen:
            for claim in each.claims:
                wanted[claim.resource] = wanted.get(claim.resource, 0) + claim.quantity
        return tuple(Claim(name, count) for name, count in sorted(wanted.items()))


def decide(
    scene: Scene, asked: Sequence[Rule], context: Context, refused: Refused | None = None
) -> Decision:
    """Return what comes into force of `asked`, with the claims in `refused` as not to be had."""
    denied = refused or {}
    matching = scene.rules.matching(context)
    outcomes: dict[int, Outcome] = {}
    matches: list[Match] = []
    for rule in asked:
        if rule.template.otherwise is None and not matching >> scene.places[rule.id] & 1:
            continue
        examined = scene.examined[rule.id]
        peeks = _peeks(examined, denied.get(rule.id, {}))
        follows = outcome(examined, verdicts(examined, context, peeks), peeks)
        outcomes[rule.id] = follows
        if follows.branch is not Branch.NOTHING:
            matches.append(Match(rule, *worth(follows.actions, context, rule.binding)))
    found = select(matches, scene.groups)
    chosen = tuple(Chosen(m.rule, outcomes[m.rule.id]) for m in found.chosen)
    return Decision(chosen, found, outcomes, tuple(asked), denied)


def without(decision: Decision, refusals: Sequence[Refusal]) -> Refused:
    """Return whose claims are to be refused from now on, given what could not be taken.

    Who ranks higher is served first: of a resource of which something is left, those are refused
    that do not fit behind the ones before them. At least one claim is refused, so asking again
    comes to an end.
    """
    denied = {version: dict(names) for version, names in decision.refused.items()}
    for refusal in refusals:
        for version in _losers(decision, refusal):
            denied.setdefault(version, {})[refusal.resource] = refusal.reason.value
    return denied


def _losers(decision: Decision, refusal: Refusal) -> list[int]:
    left = refusal.left or 0
    wanting = []
    losers = []
    for each in decision.chosen:
        wanted = sum(c.quantity for c in each.claims if c.resource == refusal.resource)
        if not wanted:
            continue
        wanting.append(each.rule.id)
        if wanted > left:
            losers.append(each.rule.id)
        else:
            left -= wanted
    return losers or wanting[-1:]


def gifts(decision: Decision, context: Context) -> tuple[Gift, ...]:
    """Return everything that the chosen rules give, best rule first."""
    return tuple(gift for each in decision.chosen for gift in _gifts(each, context))


def _gifts(chosen: Chosen, context: Context) -> Iterator[Gift]:
    rule = chosen.rule
    for action in chosen.outcome.actions:
        kind, params = action.kind, action.params
        yield Gift(
            rule=rule.key,
            version=rule.id,
            title=rule.title,
            action=action.alias,
            kind=kind.name,
            data=kind.effect(params, context, rule.binding),
            words=_words(action, rule),
            instant=kind.instant,
            value=kind.value(params, context, rule.binding),
        )


def _words(action: BoundAction, rule: Rule) -> str:
    return action.kind.words(action.params, rule.binding)


def missed(
    scene: Scene, decision: Decision, context: Context, *, nearest: bool = False
) -> tuple[Missed, ...]:
    """Return why each rule that was asked does not come into force; what nearly did, if wanted."""
    inside = {each.rule.id for each in decision.chosen}
    lost = {each.match.rule.id: each for each in decision.selection.lost}
    found = []
    for rule in decision.asked:
        if rule.id in lost:
            found.append(_outranked(lost[rule.id]))
        elif rule.id not in inside:
            found.append(_kept_out(scene, decision, rule, context, nearest=nearest))
    return tuple(found)


def _outranked(lost: Lost) -> Missed:
    rule = lost.match.rule
    return Missed(rule.key, rule.title, Why.OUTRANKED, words=", ".join(lost.by))


def _kept_out(
    scene: Scene, decision: Decision, rule: Rule, context: Context, *, nearest: bool
) -> Missed:
    examined = scene.examined[rule.id]
    peeks = _peeks(examined, decision.refused.get(rule.id, {}))
    said = explain(examined, context, peeks, level=Level.FIRST)
    why = {Because.UNKNOWN: Why.UNKNOWN, Because.REFUSED: Why.CLAIM}.get(
        said.outcome.reason, Why.CONDITION
    )
    leaf = said.first.alias if said.first else next(iter(said.outcome.because), "")
    words = _words_of(said)
    near = _nearest(examined, context, peeks) if nearest else ""
    detail = next(iter(said.outcome.details), "") if why is Why.CLAIM else ""
    return Missed(rule.key, rule.title, why, leaf, words, near, detail)


def _words_of(said: Explanation) -> str:
    """Return what the first failing leaf asks for, and why what is scarce was not to be had."""
    reasons = refusals.in_words(said.outcome.details)
    if said.first is None or not reasons:
        return said.first.expected if said.first else reasons
    return _("{condition}: {reason}").format(condition=said.first.expected, reason=reasons)


def _nearest(examined: Examined, context: Context, peeks: Peeks) -> str:
    miss = nearest_miss(examined, context, peeks)
    return ", ".join(flip.words for flip in miss.flips) if miss else ""


def _peeks(examined: Examined, refused: Mapping[str, str]) -> Peeks:
    return {
        key: Peek(granted=False, detail=refused[spec.resource])
        if spec.resource in refused
        else _GRANTED
        for key, spec in examined.claims.items()
    }
