"""The first rule that fits decides; what no rule knows is told."""

from postlude.access.mapping import Opened, TicketSeen, opened_by
from postlude.access.types import MapRule
from postlude.orders.naming import matches

RULES = [
    MapRule("corporate", "*", ("gather",)),
    MapRule("*", "Online*", ("gather", "youtube")),
    MapRule("", "Dinner", ()),
]


def _opened(*tickets: tuple[str, str]) -> Opened:
    seen = [TicketSeen(event, kind, number) for number, (event, kind) in enumerate(tickets)]
    return opened_by(seen, RULES, matches)


def test_the_first_fit_decides():
    assert frozenset({"gather"}) == _opened(("PyCon Corporate", "Online")).resources


def test_several_tickets_open_all_that_each_opens():
    assert {"gather", "youtube"} == _opened(("A", "Dinner"), ("A", "Online 線上票")).resources


def test_a_rule_without_resources_is_known_and_nothing_is_unknown():
    assert Opened(frozenset(), frozenset()) == _opened(("A", "Dinner"))
    assert frozenset({1}) == _opened(("A", "Dinner"), ("A", "Mystery")).unmapped
