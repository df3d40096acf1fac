from dataclasses import replace
from datetime import UTC, datetime

from postlude.console.readings.touch_words import _SIGNS, why
from postlude.tracking.types import AgentKind, Reason, TouchFact, TouchKind

CLICK = TouchFact(
    id=1,
    kind=TouchKind.CLICK,
    message=2,
    link=0,
    subject=None,
    at=datetime(2026, 3, 10, tzinfo=UTC),
    provider="own",
    agent=AgentKind.BROWSER,
    reasons=Reason.NONE,
)


def test_a_click_says_whether_it_was_a_person_and_why_not():
    assert why(CLICK).startswith("Not judged yet")
    assert why(replace(CLICK, human=True)).startswith("Human")
    no = why(replace(CLICK, human=False, reasons=Reason.EVERY_LINK | Reason.TOO_SOON))
    assert no.startswith("Not human")
    assert no.endswith(
        "Signs of a machine: sooner after the sending than anybody reads · "
        "all links were followed within seconds."
    )


def test_an_open_says_its_signs_only():
    opened = replace(CLICK, kind=TouchKind.OPEN)

    assert "" == why(opened)
    ahead = why(replace(opened, reasons=Reason.OPENED_AHEAD))
    assert "Signs of a machine: the provider loads the pictures of every mail." == ahead


def test_every_sign_has_words():
    assert set(Reason) - {Reason.NONE} == set(_SIGNS)
