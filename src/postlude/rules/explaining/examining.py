"""A rule laid out for explanation: one tree with the leaves of its sub-rules in their places."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from postlude.rules.compiling.completing import Completion
from postlude.rules.compiling.reading import facts_read
from postlude.rules.compiling.verdicts import Verdict, verdict
from postlude.rules.facts import Context
from postlude.rules.kinds import ClaimSpec, Phase
from postlude.rules.language.spans import Span
from postlude.rules.language.tree import And, Expression, Leaf, Not, Or
from postlude.rules.predicates import Predicate
from postlude.rules.rule import BoundAction, BoundLeaf, Rule, SubRule


@dataclass(frozen=True, slots=True)
class Placed:
    """A leaf at its place. `key` is its alias, behind those of the sub-rules around it ("sub/a").

    `rank` orders leaves: higher priority first (that of a sub-rule before those within it), then
    from left to right. `span` lies in the source of `home`, the rule that the leaf is written in.
    """

    key: str
    leaf: BoundLeaf
    home: Rule
    span: Span
    rank: tuple[int, ...]
    predicate: Predicate
    verdict: Verdict

    @property
    def claim(self) -> ClaimSpec | None:
        """Return what the leaf takes, if it is a claim."""
        take = self.leaf.kind.claim
        if self.leaf.kind.phase is not Phase.CLAIM or take is None:
            return None
        return take(self.leaf.params)


class Examined:
    """A rule made ready to be explained; make it once for a rule, and ask it for many contexts."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.leaves: dict[str, Placed] = {}
        self.tree = self._laid_out(rule.template.condition, rule, "", ())
        predicates = (each.predicate for each in self.leaves.values())
        self.reads = frozenset[str]().union(*map(facts_read, predicates))
        self.completion = Completion(self.reads)

    @cached_property
    def claims(self) -> Mapping[str, ClaimSpec]:
        """The claims by key: those of conditions, and as `->alias` those of actions."""
        found = {each.key: claim for each in self.leaves.values() if (claim := each.claim)}
        for each in self.rule.actions.values():
            claim = claim_of(each)
            if claim is not None:
                found[action_key(each.alias)] = claim
        return found

    def complete(self, context: Context) -> Context:
        return self.completion.complete(context)

    def _laid_out(
        self, tree: Expression, home: Rule, prefix: str, rank: tuple[int, ...]
    ) -> Expression:
        match tree:
            case Leaf():
                return self._leaf(tree, home, prefix, rank)
            case Not(child):
                return Not(self._laid_out(child, home, prefix, rank), tree.span)
            case And(children) | Or(children):
                parts = tuple(self._laid_out(child, home, prefix, rank) for child in children)
                return type(tree)(parts, tree.span)

    def _leaf(self, leaf: Leaf, home: Rule, prefix: str, rank: tuple[int, ...]) -> Expression:
        meaning, key = home.leaves[leaf.alias], prefix + escaped(leaf.alias)
        own = (*rank, -meaning.priority, leaf.span.start)
        if isinstance(meaning, SubRule):
            inner = meaning.rule
            return self._laid_out(inner.template.condition, inner, f"{key}/", own)
        if key not in self.leaves:
            predicate = meaning.kind.predicate(meaning.params, home.binding)
            self.leaves[key] = Placed(
                key, meaning, home, leaf.span, own, predicate, verdict(predicate)
            )
        return Leaf(key, span=leaf.span)


def leaf_keys(tree: Expression) -> Iterator[str]:
    match tree:
        case Leaf(key):
            yield key
        case Not(child):
            yield from leaf_keys(child)
        case And(children) | Or(children):
            for child in children:
                yield from leaf_keys(child)


def claim_of(action: BoundAction) -> ClaimSpec | None:
    """Return what an action takes of something scarce, if it does."""
    return None if action.kind.claim is None else action.kind.claim(action.params)


def action_key(alias: str) -> str:
    """Return the key of an action's claim; no condition has one like it."""
    return "->" + escaped(alias)


def escaped(alias: str) -> str:
    return alias.replace("~", "~0").replace("/", "~1").replace(">", "~2")
