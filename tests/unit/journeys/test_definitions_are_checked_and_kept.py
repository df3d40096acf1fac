"""A definition survives its JSON, and what cannot run is said in words."""

from dataclasses import replace
from datetime import timedelta

from postlude.journeys import definitions
from postlude.journeys.timing import try_after
from postlude.journeys.types import (
    AdditionNode,
    FilterNode,
    GrantNode,
    JourneyDefinition,
    SendNode,
    WaitNode,
)

WHOLE = JourneyDefinition(
    "invitations",
    (
        FilterNode("who", kinds=("individual",), events=("PyCon*",)),
        GrantNode("let-in"),
        WaitNode("wait", timedelta(minutes=30)),
        SendNode("invite", "mail", {"*": "invitation", "corporate": "vip"}),
        AdditionNode("add", "mail", {"*": "addition"}),
    ),
    conferences=("pycon-2023",),
)


def test_it_survives_json():
    assert WHOLE == definitions.from_json(definitions.to_json(WHOLE))
    assert [] == definitions.problems(WHOLE)


def test_switching_off_is_not_another_version():
    assert definitions.digest(WHOLE) == definitions.digest(replace(WHOLE, active=False))
    assert definitions.digest(WHOLE) != definitions.digest(replace(WHOLE, title="Other"))


def test_what_cannot_run_is_said():
    wrong = JourneyDefinition(
        "x",
        (
            WaitNode("a", timedelta(0)),
            AdditionNode("a", "", {}),
        ),
        trigger="full.moon",
    )
    found = " ".join(definitions.problems(wrong))
    for words in (
        "twice",
        "full.moon",
        "grant node",
        "send node",
        "template",
        "sender",
        "time-out",
    ):
        assert words in found


def test_buyers_are_asked_to_wait_for_the_poll_and_two_minutes_more():
    assert [5, 5, 7] == [try_after(timedelta(minutes=n)) for n in (2, 3, 5)]
