"""An alert is told once, never twice within an hour however it flaps, and once when it is over."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from postlude.chatops.monitors import Change, Known, Limits, changes
from postlude.chatops.types import Finding, Kind, Occasion, State

START = datetime(2023, 9, 1, tzinfo=UTC)
LIMITS = Limits(
    invitation_late=timedelta(minutes=5),
    sender_paused=timedelta(minutes=2),
    remind_every=timedelta(hours=6),
)
SILENT = Finding(Kind.SOURCE_SILENT, "kktix", {"source": "kktix", "minutes": 11})


class Diary:
    """Plays the database: applies changes and remembers what was told, and when."""

    def __init__(self) -> None:
        self.known: list[Known] = []
        self.told: list[tuple[datetime, Occasion]] = []

    def look(self, found: list[Finding], at: datetime) -> None:
        for step in changes(self.known, found, limits=LIMITS, now=at):
            self._apply(step, at)

    def _apply(self, step: Change, at: datetime) -> None:
        before = next((k for k in self.known if k.kind == step.kind), None)
        notified = before.notified_at if before else None
        if step.tell:
            self.told.append((at, step.tell))
            if step.tell != Occasion.RECOVERED:
                notified = at
        opened = at if step.reopened or before is None else before.opened_at
        self.known = [Known(step.kind, step.subject, step.state, opened, notified)]


def test_told_at_the_first_look_and_not_again() -> None:
    diary = Diary()
    for seconds in range(0, 3_600, 15):
        diary.look([SILENT], START + timedelta(seconds=seconds))
    assert diary.told == [(START, Occasion.OPENED)]


def test_a_recovery_is_told_once() -> None:
    diary = Diary()
    diary.look([SILENT], START)
    for seconds in (15, 30, 45):
        diary.look([], START + timedelta(seconds=seconds))
    assert [occasion for _, occasion in diary.told] == [Occasion.OPENED, Occasion.RECOVERED]


def test_a_flapping_source_is_told_again_only_after_an_hour() -> None:
    diary = Diary()
    for minute in range(61):
        diary.look([SILENT] if minute % 2 == 0 else [], START + timedelta(minutes=minute))
    openings = [at for at, occasion in diary.told if occasion == Occasion.OPENED]
    assert openings == [START, START + timedelta(hours=1)]


def test_what_was_never_told_as_open_is_never_told_as_over() -> None:
    diary = Diary()
    diary.look([SILENT], START)
    diary.look([], START + timedelta(minutes=1))
    diary.look([SILENT], START + timedelta(minutes=2))
    diary.look([], START + timedelta(minutes=3))
    assert [occasion for _, occasion in diary.told] == [Occasion.OPENED, Occasion.RECOVERED]


def test_a_long_trouble_is_brought_to_mind_again() -> None:
    diary = Diary()
    for minute in range(0, 13 * 60, 5):
        diary.look([SILENT], START + timedelta(minutes=minute))
    assert [occasion for _, occasion in diary.told] == [
        Occasion.OPENED,
        Occasion.REMINDED,
        Occasion.REMINDED,
    ]


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 5_000)), max_size=60))
def test_whatever_happens_two_openings_are_an_hour_apart(looks: list[tuple[bool, int]]) -> None:
    diary, at = Diary(), START
    for wrong, seconds in looks:
        at += timedelta(seconds=seconds)
        diary.look([SILENT] if wrong else [], at)
    openings = [when for when, occasion in diary.told if occasion != Occasion.RECOVERED]
    gaps = [later - earlier for earlier, later in pairwise(openings)]
    assert all(gap >= timedelta(hours=1) for gap in gaps)
    recoveries = [occasion for _, occasion in diary.told].count(Occasion.RECOVERED)
    assert recoveries <= len(openings)


def test_the_state_says_whether_the_team_knows() -> None:
    diary = Diary()
    diary.look([SILENT], START)
    assert diary.known[0].state == State.NOTIFIED
    diary.look([], START + timedelta(minutes=1))
    assert diary.known[0].state == State.RECOVERED
    diary.look([SILENT], START + timedelta(minutes=2))
    assert diary.known[0].state == State.OPENED
