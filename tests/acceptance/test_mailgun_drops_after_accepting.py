"""Mailgun takes a mail and the answer is lost: invited once, and known again by its events."""

import pytest

from support.killing import Stage, complaints

pytestmark = pytest.mark.timeout(1800)


def test_every_lost_answer_is_found_again_and_nobody_is_invited_twice(
    pytestconfig: pytest.Config,
) -> None:
    with Stage(pytestconfig.getoption("--engine")) as stage:
        outcome, lost = stage.with_lost_answers()
        assert lost > 0
        assert [] == complaints(stage, outcome)
        # After the look-up in the events nobody is left in doubt: each has it, exactly once.
        assert [] == outcome.facts["unknown"]
        assert all(outcome.invited[email] == 1 for email in stage.small.expected)
