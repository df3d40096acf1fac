"""What is decided for one person, from facts and the time alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from postlude.access.types import GrantFact
from postlude.journeys.decisions import (
    Block,
    Go,
    Hold,
    deadline,
    has_ended,
    sift,
    template_for,
    wait,
)
from postlude.journeys.types import FilterNode, SendNode, WaitNode
from postlude.kernel.money import Money
from postlude.orders.naming import matches
from postlude.orders.types import TicketFact

NOW = datetime(2023, 9, 1, 2, tzinfo=UTC)
TICKET = TicketFact(
    *(1, 1, "1", "kktix", 1, None, None, "PyCon Individual", 1, "individual", 1, "Online"),
    *(1, "paid", Money(1, "TWD"), None, None, NOW, None, None, None, None, "", None, None, "poll"),
    *(None, None, NOW + timedelta(days=2)),
)


def _grant(state: str, by_hand: str = "") -> GrantFact:
    return GrantFact(1, 1, 1, "r", "k", "t", state, "", 0, "", NOW, None, None, False, by_hand)


@pytest.mark.parametrize(
    ("states", "decision"),
    [
        (["granted", "granted"], Go()),
        (["granted", "failed"], Go()),
        (["granted", "pending"], Hold(NOW + timedelta(seconds=60))),
        (["pending"], Hold(NOW + timedelta(seconds=60))),
        (["failed"], Block("no_access")),
        ([], Block("no_access")),
    ],
)
def test_waiting_ends_when_all_is_settled(states, decision):
    grants = [_grant(state) for state in states]
    assert decision == wait(WaitNode("w"), grants, since=NOW, now=NOW)


def test_after_the_time_out_what_was_granted_goes():
    late = NOW + timedelta(hours=1)
    both = [_grant("granted"), _grant("pending")]
    assert Go() == wait(WaitNode("w"), both, since=NOW, now=late)
    assert Block("no_access") == wait(WaitNode("w"), both[1:], since=NOW, now=late)


def test_a_person_who_stands_in_holds_up_nobody_who_was_let_in_elsewhere():
    stands_in, always = _grant("pending", "refused"), _grant("pending", "manual")
    assert Go() == wait(WaitNode("w"), [_grant("granted"), stands_in], since=NOW, now=NOW)
    held = wait(WaitNode("w"), [_grant("granted"), always], since=NOW, now=NOW)
    assert Hold(NOW + timedelta(seconds=60)) == held
    late = NOW + timedelta(hours=1)
    assert Go() == wait(WaitNode("w"), [_grant("granted"), always], since=NOW, now=late)


@pytest.mark.parametrize("by_hand", ["manual", "refused", "unmatched"])
def test_nobody_is_given_up_while_a_person_is_due(by_hand: str):
    late = NOW + timedelta(days=2)
    found = wait(WaitNode("w"), [_grant("pending", by_hand)], since=NOW, now=late)
    assert isinstance(found, Hold)


def test_an_unknown_end_never_ends():
    assert not has_ended([replace(TICKET, ends_at=None)], NOW + timedelta(days=999))
    assert has_ended([TICKET], NOW + timedelta(days=2))
    assert not has_ended([], NOW)


def test_the_filter_says_why():
    node = FilterNode("f", kinds=("corporate",))
    assert Block("filtered") == sift(node, [TICKET], matches=matches, now=NOW)
    assert Block("refunded") == sift(node, [], matches=matches, now=NOW)
    over = NOW + timedelta(days=3)
    assert Block("event_ended") == sift(FilterNode("f"), [TICKET], matches=matches, now=over)
    fits = FilterNode("f", events=("individual",), ticket_types=("on*",))
    assert Go() == sift(fits, [TICKET], matches=matches, now=NOW)


def test_the_message_dies_with_the_event_at_the_latest():
    node = SendNode("s", "mail", {"*": "t"}, deadline=timedelta(days=14))
    assert NOW + timedelta(days=2) == deadline(node, [TICKET], NOW)
    assert NOW + timedelta(days=14) == deadline(node, [replace(TICKET, ends_at=None)], NOW)


def test_the_template_is_that_of_the_kind():
    node = SendNode("s", "mail", {"*": "t", "corporate": "vip"})
    assert "t" == template_for(node, [TICKET])
    assert "vip" == template_for(node, [TICKET, replace(TICKET, kind="corporate")])
    assert template_for(replace(node, templates={"vip": "x"}), [TICKET]) is None
