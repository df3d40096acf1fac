"""Rules over flags, for tests of logic: leaf `a` holds when the member has the tag "a"."""

from dataclasses import replace

from hypothesis import strategies as st

from postlude.rules.conditions import first_n, tags
from postlude.rules.explaining.verdicts import Peek
from postlude.rules.facts import Context
from postlude.rules.kinds import Params
from postlude.rules.language.parsing import parse
from postlude.rules.language.tree import ActionRef, Expression, Template
from postlude.rules.language.walking import leaves_and_negation
from postlude.rules.predicates import Is
from postlude.rules.rule import BoundAction, BoundLeaf, Rule
from support import rule_trees
from support.rule_texts import HOME, OURS

FLAGS, CLAIMS = "abcd", "xyz"


def _flag(alias: str, priority: int = 0) -> BoundLeaf:

    kind = replace(tags.KIND, predicate=lambda params, _binding: Is(params.any_of[0]))
    return BoundLeaf(alias, kind, tags.Tags(any_of=(alias,)), priority)


def _claim(alias: str, priority: int = 0) -> BoundLeaf:
    return BoundLeaf(alias, first_n.KIND, first_n.FirstN(quota=alias), priority)


def rule_of(
    tree: Expression, *, otherwise: bool = False, priorities: dict[str, int] | None = None
) -> Rule:
    """Return a rule: leaves named x, y, z are claims, others flags of the same name."""
    names = {leaf.alias for leaf, _ in leaves_and_negation(tree)}
    known = priorities or {}
    usable: Params = OURS.actions["usable"].params()
    act = {alias: BoundAction(alias, OURS.actions["usable"], usable) for alias in ("yes", "no")}
    template = Template(tree, (ActionRef("yes"),), (ActionRef("no"),) if otherwise else None)
    bound = {
        name: (_claim if name in CLAIMS else _flag)(name, known.get(name, 0)) for name in names
    }
    return Rule(1, "rule", "rule", template, "", bound, act, HOME)


def no_claim_under_not(tree: Expression) -> bool:
    return not any(n and leaf.alias in CLAIMS for leaf, n in leaves_and_negation(tree))


def conditions(names: str = FLAGS + CLAIMS, leaves: int = 10) -> st.SearchStrategy[Expression]:
    return rule_trees.conditions(st.sampled_from(names), leaves=leaves).filter(no_claim_under_not)


contexts: st.SearchStrategy[Context] = st.fixed_dictionaries(
    {name: st.sampled_from((True, False, None)) for name in FLAGS}
)
peeks: st.SearchStrategy[dict[str, Peek]] = st.fixed_dictionaries(
    {name: st.sampled_from((Peek(True), Peek(False, "sold_out"), Peek(None))) for name in CLAIMS}
)


def parse_condition(text: str) -> Expression:
    """Return the condition of a text without actions."""
    template = parse(f"{text} -> yes").template
    assert template is not None
    return template.condition
