"""Trees of joinings: taking one away leaves two whole ones."""

from hypothesis import given
from hypothesis import strategies as st

from postlude.people.components import Edge, heads, upwards

CONTACTS = range(8)
PAIRS = st.lists(st.tuples(st.sampled_from(CONTACTS), st.sampled_from(CONTACTS)), max_size=12)


def grown(pairs):
    """Join heads to heads, as the ledger does."""
    edges: list[Edge] = []
    for number, (one, other) in enumerate(pairs):
        speak = heads(CONTACTS, edges)
        if speak[one] != speak[other]:
            edges.append(Edge(number, speak[one], speak[other]))
    return edges


@given(PAIRS)
def test_whoever_was_joined_has_one_speaker(pairs):
    speak = heads(CONTACTS, grown(pairs))
    assert all(speak[one] == speak[other] for one, other in pairs)
    assert all(speak[head] == head for head in speak.values())


@given(PAIRS, st.data())
def test_what_is_taken_away_is_as_if_it_had_never_been(pairs, data):
    edges = grown(pairs)
    if not edges:
        return
    gone = data.draw(st.sampled_from(edges))
    before = heads(CONTACTS, edges)
    after = heads(CONTACTS, [each for each in edges if each != gone])

    assert gone.child == after[gone.child]
    moved = {each for each in CONTACTS if before[each] != after[each]}
    assert {each for each in CONTACTS if after[each] == gone.child} == moved
    assert all(before[each] == before[gone.child] for each in moved)


@given(PAIRS)
def test_things_are_handed_on_from_the_leaves_up(pairs):
    order = upwards(grown(pairs))
    given_on: set[int] = set()
    for edge in order:
        assert edge.parent not in given_on  # all that it gets, it gets before it gives
        given_on.add(edge.child)
