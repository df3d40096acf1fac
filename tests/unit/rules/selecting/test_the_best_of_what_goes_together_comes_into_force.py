"""A selection obeys every exclusion, nothing can be added to it, and none is better."""

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postlude.rules.selecting import searching
from postlude.rules.selecting.choosing import Loss, Selection, select
from postlude.rules.selecting.matches import Match, rank
from postlude.rules.types import Group, Mode
from support.rule_matches import groups, match, matches

NONE: Mapping[str, Group] = {}


def keys(found: Selection) -> str:
    return "".join(each.rule.key for each in found.chosen)


def lost(found: Selection) -> dict[str, tuple[Loss, tuple[str, ...], str]]:
    return {each.match.rule.key: (each.how, each.by, each.group) for each in found.lost}


def inside(each: Match, path: str) -> bool:
    return not path or f"{each.rule.attributes.exclusivity}/".startswith(f"{path}/")


def member(each: Match, path: str) -> str:
    below = each.rule.attributes.exclusivity.removeprefix(path).strip("/")
    return f"group {below.partition('/')[0]}" if below else f"rule {each.rule.key}"


def allowed(chosen: list[Match], known: Mapping[str, Group]) -> bool:
    """Say what the words of the documentation say, the slow way."""
    for one, other in combinations(chosen, 2):
        if one.rule.key in other.rule.attributes.excludes:
            return False
        if other.rule.key in one.rule.attributes.excludes:
            return False
    for path, group in known.items():
        within = [each for each in chosen if inside(each, path)]
        if group.at_most is not None and len(within) > group.at_most:
            return False
        if group.mode is not Mode.ALL and len({member(each, path) for each in within}) > 1:
            return False
    return True


def maximal(chosen: list[Match], every: list[Match], known: Mapping[str, Group]) -> bool:
    return not any(allowed([*chosen, each], known) for each in every if each not in chosen)


def score(chosen: list[Match], every: list[Match], known: Mapping[str, Group]) -> Any:
    ordered = sorted(every, key=rank)
    heads: list[float] = []
    for path, group in sorted((tuple(p.split("/")) if p else (), g) for p, g in known.items()):
        name = "/".join(path)
        there = [each for each in ordered if inside(each, name)]
        if len({member(each, name) for each in there}) < 2:
            continue
        within = [each for each in chosen if inside(each, name)]
        if group.mode is Mode.FIRST:
            heads.append(min((ordered.index(each) for each in within), default=float("inf")))
        if group.mode is Mode.BEST_COST:
            heads.append(sum(each.cost for each in within) if within else float("inf"))
    places = sorted(ordered.index(each) for each in chosen)
    return heads, -sum(each.value for each in chosen), places


def subsets(every: list[Match]) -> Iterator[list[Match]]:
    for size in range(len(every) + 1):
        yield from map(list, combinations(every, size))


@given(matches(), groups)
def test_of_any_matches(every: list[Match], known: dict[str, Group]) -> None:
    found = select(every, known)
    chosen = list(found.chosen)
    assert found.exact
    assert allowed(chosen, known)
    assert maximal(chosen, every, known)
    assert sorted(every, key=rank) == sorted([*chosen, *(e.match for e in found.lost)], key=rank)
    possible = [each for each in subsets(every) if allowed(each, known) and maximal(each, every, known)]  # fmt: skip
    best = min(score(each, every, known)[:2] for each in possible)
    assert best == score(chosen, every, known)[:2]


@given(matches(), groups)
def test_of_equal_sets_in_one_part_the_one_that_stands_higher_wins(
    every: list[Match], known: dict[str, Group]
) -> None:
    together = {**known, "": Group(Mode.ALL, at_most=max(1, len(every) - 1))}
    found = list(select(every, together).chosen)
    possible = [each for each in subsets(every) if allowed(each, together) and maximal(each, every, together)]  # fmt: skip
    assert min(score(each, every, together) for each in possible) == score(found, every, together)


@given(matches(), groups, st.randoms(use_true_random=False))
def test_the_order_of_input_does_not_matter(every: list, known: dict, random: Any) -> None:
    mixed = list(every)
    random.shuffle(mixed)
    assert select(every, known) == select(mixed, dict(reversed(known.items())))


@given(matches(most=10), groups)
def test_a_greedy_selection_obeys_as_well_and_says_so(every: list, known: dict) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(searching, "MOST_EXACT", 0)
        found = select(every, known)
    assert found.exact == (not every)
    assert allowed(list(found.chosen), known)
    assert maximal(list(found.chosen), every, known)


@given(matches(), groups)
def test_each_loser_lost_to_something_that_is_chosen(every: list, known: dict) -> None:
    found = select(every, known)
    for each in found.lost:
        assert set(each.by) <= {match.rule.key for match in found.chosen}
        assert each.by or known[each.group].at_most == 0


def test_without_groups_everything_comes_into_force_best_first() -> None:
    every = [match("a", 5), match("b", 9), match("c", 1, priority=1), match("d", 9)]
    assert "cbda" == keys(select(every, NONE))


PAIR = [match("a", 10, 9, priority=0, group="g"), match("b", 5, 1, priority=1, group="g")]


@pytest.mark.parametrize(
    ("mode", "winner"), [(Mode.ALL, "ba"), (Mode.FIRST, "b"), (Mode.BEST_VALUE, "a"), (Mode.BEST_COST, "b")]
)  # fmt: skip
def test_modes(mode: Mode, winner: str) -> None:
    assert winner == keys(select(PAIR, {"g": Group(mode)}))


def test_a_subgroup_competes_as_one() -> None:
    every = [match("a", 6, group="s/x"), match("b", 6, group="s/x"), match("c", 10, group="s")]
    found = select(every, {"s": Group(Mode.BEST_VALUE)})
    assert "ab" == keys(found)
    assert {"c": (Loss.GROUP, ("a", "b"), "s")} == lost(found)


def test_an_exclusion_by_pair_wins_over_a_group_that_allows_both() -> None:
    every = [match("a", 1, group="g", excludes=frozenset("b")), match("b", 5, group="g")]
    found = select(every, {"g": Group(Mode.ALL)})
    assert "b" == keys(found)
    assert {"a": (Loss.EXCLUDED, ("b",), "")} == lost(found)


def test_an_exclusion_is_symmetric_whoever_says_it() -> None:
    for one, other in (("b", ""), ("", "a")):
        every = [match("a", 2, excludes=frozenset(one)), match("b", 1, excludes=frozenset(other))]
        assert "a" == keys(select(every, NONE))


def test_two_small_ones_beat_a_big_one_that_excludes_both() -> None:
    every = [match("a", 10, excludes=frozenset("bc")), match("b", 6), match("c", 6)]
    assert "bc" == keys(select(every, NONE))
    assert {"a": (Loss.EXCLUDED, ("b", "c"), "")} == lost(select(every, NONE))


def test_at_most_so_many_the_most_valuable() -> None:
    every = [match(key, value, group="g") for key, value in zip("abcd", (1, 4, 2, 3), strict=True)]
    found = select(every, {"g": Group(at_most=2)})
    assert "bd" == keys(found)
    assert dict.fromkeys("ac", (Loss.LIMIT, ("b", "d"), "g")) == lost(found)


def test_ties_go_by_priority_value_narrower_scope_and_id() -> None:
    same = [match("b", 5, number=2), match("a", 5, number=3), match("c", 5, number=1)]
    assert "c" == keys(select(same, {"": Group(at_most=1)}))


def test_twenty_that_hang_together_are_solved_exactly_and_soon(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Zero values are the worst case: every set is as good as another."""
    monkeypatch.setattr(searching, "_MOST_STEPS", 1_000)
    for value in (0, 7):
        every = [match(chr(97 + n), value, number=n + 1) for n in range(20)]
        found = select(every, {"": Group(at_most=10)})
        assert ("abcdefghij", True) == (keys(found), found.exact)


def test_more_than_twenty_are_solved_greedily_unless_they_fall_apart() -> None:
    many = [match(f"k{n}", n, number=n + 1, group=f"g{n % 3}") for n in range(45)]
    apart = select(many, {f"g{n}": Group(Mode.BEST_VALUE) for n in range(3)})
    assert ({"k42", "k43", "k44"}, True) == ({e.rule.key for e in apart.chosen}, apart.exact)
    together = select(many, {"": Group(Mode.BEST_VALUE)})
    assert ({"g2"}, False) == (
        {e.rule.attributes.exclusivity for e in together.chosen},
        together.exact,
    )
