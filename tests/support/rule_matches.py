"""Matches for tests of selection: rules without conditions that matter."""

from hypothesis import strategies as st

from postlude.rules.language.tree import ActionRef, Leaf, Template
from postlude.rules.rule import Attributes, Rule
from postlude.rules.selecting.matches import Match
from postlude.rules.types import Group, Mode
from support.rule_texts import HOME

PATHS = ("", "a", "a/x", "a/y", "b", "b/x/z")


def match(  # noqa: PLR0917
    key: str,
    value: int = 0,
    cost: int = 0,
    priority: int = 0,
    group: str = "",
    excludes: frozenset[str] = frozenset(),
    number: int = 0,
) -> Match:
    attributes = Attributes("shop", priority=priority, exclusivity=group, excludes=excludes)
    template = Template(Leaf("c"), (ActionRef("a"),))
    rule = Rule(number or ord(key[0]), key, key, template, "", {}, {}, HOME, attributes)
    return Match(rule, value, cost)


@st.composite
def matches(draw: st.DrawFn, most: int = 7) -> list[Match]:
    keys = "pqrstuvwxyz"[: draw(st.integers(0, most))]
    small = st.integers(0, 3)
    return [
        match(
            key,
            value=draw(small) * 10,
            cost=draw(small) * 10,
            priority=draw(st.integers(-1, 1)),
            group=draw(st.sampled_from(PATHS)),
            excludes=draw(st.frozensets(st.sampled_from("pqrstuv"), max_size=2)),
        )
        for key in keys
    ]


groups = st.dictionaries(
    st.sampled_from(("", "a", "a/x", "b", "b/x")),
    st.builds(Group, st.sampled_from(Mode), st.none() | st.integers(1, 3)),
)
