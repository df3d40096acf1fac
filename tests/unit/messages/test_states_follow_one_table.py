"""A message moves only as the table of architecture.md says."""

import pytest

from postlude.messages import states
from postlude.messages.errors import NotAllowed
from postlude.messages.types import State

S = State
WIRE_ENDS = {S.ACCEPTED, S.DELIVERED, S.BOUNCED, S.FAILED, S.EXPIRED, S.UNKNOWN}


def test_only_sending_can_be_accepted_for_the_first_time():
    sources = {state for state in State if states.may_become(state, S.ACCEPTED)}
    assert {S.SENDING, S.UNKNOWN} == sources


def test_what_is_on_the_wire_can_neither_be_cancelled_nor_blocked():
    assert not states.may_become(S.SENDING, S.CANCELLED)
    assert not states.may_become(S.SENDING, S.BLOCKED)


@pytest.mark.parametrize("end", [S.BLOCKED, S.FAILED, S.EXPIRED, S.CANCELLED, S.BOUNCED])
def test_an_end_is_an_end(end):
    assert not any(states.may_become(end, wanted) for wanted in State)


def test_a_refused_transition_says_which():
    with pytest.raises(NotAllowed, match="delivered cannot become queued"):
        states.become(S.DELIVERED, S.QUEUED)


def test_stored_sources_speak_of_the_message_row_and_phases_of_the_outbox_row():
    assert states.stored_sources_of(S.BLOCKED) == ("queued",)
    assert states.stored_sources_of(S.ACCEPTED) == ("queued", "unknown")
    assert states.phases_of(S.CANCELLED) == ("queued", "leased")


def test_every_state_that_is_not_an_end_leads_somewhere():
    for state in set(State) - states.ENDS:
        assert any(states.may_become(state, wanted) for wanted in State)
