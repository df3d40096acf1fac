"""The first step that nothing speaks against; what is said of the person ends the search."""

from datetime import timedelta

import pytest

from postlude.journeys.letters.choosing import OF_THE_CHANNEL, choose
from postlude.journeys.letters.types import Course, Letter, Passed, Step, course_of
from postlude.messages.types import Reason

CHAT = Letter("chat", "text")
MAIL = Letter("mail", "letter", or_else=CHAT)
PUSH = Letter("app", "note", or_else=MAIL)


def chosen(**reasons: Reason):
    return choose(PUSH, lambda letter: reasons.get(letter.sender))


def test_the_first_is_taken_where_nothing_speaks_against_it() -> None:
    found = chosen(mail=Reason.NO_ADDRESS)
    assert (PUSH, 0, ()) == (found.letter, found.step, found.passed)


@pytest.mark.parametrize("reason", sorted(OF_THE_CHANNEL))
def test_what_is_said_of_a_channel_leads_to_the_next(reason) -> None:
    found = chosen(app=reason)
    assert (MAIL, 1) == (found.letter, found.step)
    assert (Passed("app", reason.value),) == found.passed


@pytest.mark.parametrize("reason", sorted(set(Reason) - OF_THE_CHANNEL))
def test_what_is_said_of_the_person_or_the_hour_ends_it(reason) -> None:
    found = chosen(app=reason)
    assert (None, reason.value) == (found.letter, found.why_not)


def test_when_none_reaches_the_first_says_why() -> None:
    found = chosen(app=Reason.NO_ADDRESS, mail=Reason.NO_CONSENT, chat=Reason.SUPPRESSED)
    assert (None, "no_address", 3) == (found.letter, found.why_not, len(found.passed))


def test_a_course_is_kept_with_its_message() -> None:
    hours = round(timedelta(hours=2).total_seconds())
    step = Step(7, "mail", 9, "marketing", "delay", hours, 2)
    course = Course("recurring:1", 1, (Passed("app", "failed"),), (step,))
    assert course == course_of(course.kept())
    assert ("recurring:1:1", None) == (course.key, course_of({"way": "gift"}))
