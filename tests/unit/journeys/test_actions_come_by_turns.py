"""Round robin over those who are served, in the order of contacts; a fall-back is a turn as well."""

from hypothesis import given
from hypothesis import strategies as st

from postlude.journeys.recurring import holding_out, rotation
from postlude.journeys.recurring.types import Condition, Letter, Way

TEXT = Letter("mail", "text")
ONE, TWO, THREE = (Way(name, TEXT) for name in ("one", "two", "three"))
IF_ABLE = Way("one", TEXT, when=Condition("able"), otherwise="three")


def names(ways, able, people, first=0) -> list[str]:
    return [way.name for way in rotation.assign(ways, able, people, first)]


def test_five_notices_and_three_actions() -> None:
    """The seed's own example: 1, 2, 3, 1, 2."""
    assert ["one", "two", "three", "one", "two"] == names([ONE, TWO, THREE], {}, [1, 2, 3, 4, 5])


def test_the_next_batch_goes_on_where_the_last_one_stopped() -> None:
    every = list(range(20))
    whole = names([ONE, TWO, THREE], {}, every)
    assert whole == names([ONE, TWO, THREE], {}, every[:7]) + names(
        [ONE, TWO, THREE], {}, every[7:], 7
    )


def test_a_fall_back_is_that_persons_turn() -> None:
    """The second person cannot have the first way: gets the third; the third person has the second."""
    assert ["one", "two", "three", "three", "two"] == names(
        [IF_ABLE, TWO, THREE], {"one": {10}}, [10, 20, 30, 40, 50]
    )


def test_without_a_named_fall_back_the_next_by_turns_is_taken() -> None:
    first = Way("one", TEXT, when=Condition("able"))
    assert ["two", "two", "three", "two"] == names([first, TWO, THREE], {"one": ()}, [1, 2, 3, 4])


def test_a_circle_of_fall_backs_ends_at_a_way_that_is_for_all() -> None:
    here = Way("one", TEXT, when=Condition("a"), otherwise="two")
    there = Way("two", TEXT, when=Condition("b"), otherwise="one")
    assert ["three"] * 3 == names([here, there, THREE], {"one": (), "two": ()}, [1, 2, 3])


@given(
    st.lists(st.booleans(), min_size=1, max_size=60),
    st.integers(0, 1_000),
    st.lists(st.integers(1, 20), max_size=5),
)
def test_turns_do_not_depend_on_how_people_are_cut_into_batches(able, first, cuts) -> None:
    people = list(range(len(able)))
    fits = {"one": {person for person in people if able[person]}}
    ways = [IF_ABLE, TWO, THREE]
    whole, parts, at = names(ways, fits, people, first), [], 0
    for size in [*cuts, len(people)]:
        parts += names(ways, fits, people[at : at + size], first + at)
        at = min(at + size, len(people))
    assert whole == parts


def test_a_share_is_held_out_evenly_and_for_ever() -> None:
    held = {each for each in range(10_000) if holding_out.is_held_out(7, each, 100)}
    assert 850 < len(held) < 1_150
    assert held == {each for each in range(10_000) if holding_out.is_held_out(7, each, 100)}
    assert held < {each for each in range(10_000) if holding_out.is_held_out(7, each, 200)}
    assert held != {each for each in range(10_000) if holding_out.is_held_out(8, each, 100)}
    assert not any(holding_out.is_held_out(7, each, 0) for each in range(1_000))
