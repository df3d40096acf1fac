from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from postlude.orgs.types import Counts, Measuring
from postlude.tracking.counting import counts
from postlude.tracking.signs import Mark, signs_of
from postlude.tracking.types import Reason, TouchKind

SENT = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
RULE = Measuring()


def mark(touch: int, seconds: float, link: int | None = 0, origin: str = "", kind="click") -> Mark:
    return Mark(touch, TouchKind(kind), SENT + timedelta(seconds=seconds), link, origin)


def signed(sign: Reason, marks: list[Mark], links: int = 3, rule: Measuring = RULE) -> set[int]:
    found = signs_of(marks, sent_at=SENT, links=links, rule=rule)
    return {touch for touch, reasons in found.items() if sign in reasons}


def test_sooner_than_two_seconds_nobody_reads():
    marks = [mark(1, -1), mark(2, 1.999), mark(3, 2), mark(4, 60, None, kind="open")]

    assert {1, 2} == signed(Reason.TOO_SOON, marks)
    assert {1, 2, 3, 4} == signed(Reason.TOO_SOON, marks, rule=replace(RULE, too_soon_ms=60_001))


def test_before_it_is_known_when_it_went_nothing_is_too_soon():
    assert {1: Reason.NONE} == signs_of([mark(1, 0)], sent_at=None, links=3, rule=RULE)


def test_all_links_within_five_seconds_are_a_programs():
    together = [mark(1, 100, 0), mark(2, 102, 1), mark(3, 105, 2)]
    alone = mark(4, 3_000, 1)

    assert {1, 2, 3} == signed(Reason.EVERY_LINK, [*together, alone])
    assert set() == signed(Reason.EVERY_LINK, [*together[:2], mark(3, 105.1, 2)])
    assert set() == signed(Reason.EVERY_LINK, [mark(1, 100)], links=1)


def test_whoever_follows_the_hidden_link_follows_the_others_too():
    marks = [
        mark(1, 100, 9999, "scanner", "trap"),
        mark(2, 159, 0, "elsewhere"),
        mark(3, 9_000, 0, "scanner"),
        mark(4, 9_000, 0, "person"),
        mark(5, 9_000, 0),
    ]

    assert {1, 2, 3} == signed(Reason.HIDDEN_LINK, marks)


@pytest.mark.parametrize(
    ("kind", "human", "reasons", "seed", "filtered"),
    [
        ("open", None, Reason.NONE, True, True),
        ("open", None, Reason.MAIL_PROXY, True, True),
        ("open", None, Reason.OPENED_AHEAD, True, False),
        ("open", None, Reason.TOO_SOON, True, False),
        ("click", None, Reason.NONE, False, False),
        ("click", False, Reason.NONE, False, False),
        ("click", True, Reason.NONE, True, True),
        ("click", True, Reason.EVERY_LINK, True, False),
        ("click", True, Reason.MAIL_PROXY, True, False),
        ("click", True, Reason.DRIVEN, True, False),
    ],
)
def test_three_readings_of_a_verdict(kind, human, reasons, seed, filtered):
    found = [counts(TouchKind(kind), human, reasons, by) for by in Counts]

    assert [seed, filtered, True] == found
