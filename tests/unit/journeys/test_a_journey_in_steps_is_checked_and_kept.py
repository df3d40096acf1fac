"""A journey in steps: to JSON and back, and every mistake at its place."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postlude.journeys import api as journeys
from postlude.journeys.paths import definitions
from postlude.journeys.paths.mistakes import mistakes
from postlude.journeys.paths.waits import over_at
from postlude.journeys.recurring.timetables import parse

DAY = timedelta(days=1)
ORDER = journeys.Happening(journeys.Topic.ORDER_CLOSED)
BORN = journeys.Condition("birthday_known")
MAIL = journeys.Letter("mail", "hello")


def path(*nodes: journeys.Node, **changes: object) -> journeys.Path:
    usual = {
        "slug": "welcome",
        "trigger": journeys.News(ORDER),
        "nodes": nodes or (journeys.Send("hello", MAIL),),
        "once": journeys.Once.EVER,
    }
    return journeys.Path(**{**usual, **changes})  # type: ignore[arg-type]


def said(it: journeys.Path) -> list[tuple[object, ...]]:
    return [(each.place, each.words) for each in mistakes(it, currency="RUB", zone="Europe/Moscow")]


WHOLE = path(
    journeys.Check("check", BORN, "wait"),
    journeys.Wait("wait", "branch", length=DAY, until=time(10)),
    journeys.Branch(
        "branch", (journeys.Case("hello", BORN), journeys.Case("", reachable=MAIL)), "rotate"
    ),
    journeys.Send("hello", MAIL, journeys.Points(5, "x", DAY), "give"),
    journeys.Rotate("rotate", (journeys.Turn("a", "give"), journeys.Turn("b", "end", BORN, "a"))),
    journeys.Give("give", journeys.Points(5, "y"), "await"),
    journeys.Wait("await", "end", what=ORDER, at_most=DAY, otherwise="end"),
    journeys.End("end"),
    goal=ORDER,
    hold_out=50,
)


def test_it_is_the_same_after_it_was_kept() -> None:
    assert WHOLE == definitions.from_json(definitions.to_json(WHOLE))
    looked = path(trigger=journeys.Selected(parse("daily 12:00"), BORN, newly=True))
    assert looked == definitions.from_json(definitions.to_json(looked))
    assert [] == said(WHOLE) == said(looked)


def test_whether_it_is_active_is_no_new_version() -> None:
    assert definitions.digest(path()) == definitions.digest(path(active=False))
    assert definitions.digest(path()) != definitions.digest(path(once=journeys.Once.EACH))


HELLO = journeys.Send("hello", MAIL)
EVENT = journeys.Happening(journeys.Topic.EVENT)
DAILY = journeys.Selected(parse("daily 12:00"), BORN)


@pytest.mark.parametrize(
    ("wrong", "place", "words"),
    [
        (path(nodes=()), ("steps",), "nothing is done"),
        (path(hold_out=1000), ("hold_out",), "not from 0 %"),
        (path(trigger=journeys.News(EVENT)), ("when",), "an event has a name"),
        (path(trigger=DAILY, once=journeys.Once.EACH), ("once_per",), "at every look"),
        (path(goal=EVENT), ("goal",), "an event has a name"),
        (path(HELLO, HELLO), ("hello",), "two steps"),
        (path(HELLO, journeys.End("end")), ("end",), "no step leads here"),
        (path(journeys.Check("c", BORN, "nowhere")), ("c",), "no later step"),
        (path(journeys.Check("c", BORN, "c")), ("c",), "no later step"),
        (path(journeys.Check("c", journeys.Condition("tall"))), ("c", "check"), "tall"),
        (path(journeys.Branch("b", (journeys.Case(""),))), ("b", "branch", 0), "either"),
        (path(journeys.Wait("w")), ("w", "wait"), "nothing to wait for"),
        (path(journeys.Wait("w", what=ORDER)), ("w", "wait"), "may never happen"),
        (path(journeys.LetIn("l")), ("l", "let_in"), "by their tickets"),
        (path(journeys.Give("g", journeys.Points(0, "x"))), ("g", "give"), "one by one"),
        (
            path(journeys.Rotate("r", (journeys.Turn("a", "", BORN),))),
            ("r", "rotate"),
            "each way has a `when`",
        ),
        (
            path(journeys.Rotate("r", (journeys.Turn("a", ""), journeys.Turn("b", "", BORN, "c")))),
            ("r", "rotate", 1, "otherwise"),
            "no other way",
        ),
        (path(journeys.Send("a" * 60, MAIL)), ("a" * 60,), "longer than"),
    ],
)
def test_each_mistake_is_said_at_its_place(
    wrong: journeys.Path, place: tuple[object, ...], words: str
) -> None:
    found = [each for each in said(wrong) if each[0] == place]
    assert found
    assert words in str(found[0][1])


ZONE = "Europe/Berlin"  # 29 March 2026: 02:00 is 03:00; 25 October 2026: 03:00 is 02:00


def berlin(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("node", "since", "until"),
    [
        (journeys.Wait("w", length=DAY), berlin(2026, 3, 28, 11), berlin(2026, 3, 29, 10)),
        (
            journeys.Wait("w", length=timedelta(hours=24, minutes=1)),
            berlin(2026, 3, 28, 11),
            berlin(2026, 3, 29, 11, 1),
        ),
        # 02:30 is skipped: when they jump.
        (journeys.Wait("w", until=time(2, 30)), berlin(2026, 3, 28, 23), berlin(2026, 3, 29, 1)),
        # 02:30 is shown twice: the first of the two.
        (
            journeys.Wait("w", until=time(2, 30)),
            berlin(2026, 10, 24, 23),
            berlin(2026, 10, 25, 0, 30),
        ),
        (journeys.Wait("w", until=time(10)), berlin(2026, 6, 1, 8), berlin(2026, 6, 1, 8)),
        (journeys.Wait("w", until=time(10)), berlin(2026, 6, 1, 8, 1), berlin(2026, 6, 2, 8)),
        (
            journeys.Wait("w", length=DAY, until=time(10)),
            berlin(2026, 6, 1, 6),
            berlin(2026, 6, 2, 8),
        ),
        (
            journeys.Wait("w", what=ORDER, at_most=2 * DAY),
            berlin(2026, 10, 24, 10),
            berlin(2026, 10, 26, 11),
        ),
    ],
)
def test_a_wait_is_over_by_the_clocks_on_the_wall(
    node: journeys.Wait, since: datetime, until: datetime
) -> None:
    assert until == over_at(node, since=since, zone=ZONE)


ZONES = ["Europe/Berlin", "Asia/Vladivostok", "America/St_Johns", "Australia/Lord_Howe"]


@given(
    minutes=st.integers(0, 2 * 365 * 24 * 60),
    days=st.integers(0, 40),
    until=st.times(),
    zone=st.sampled_from(ZONES),
)
def test_a_wait_until_a_time_ends_when_the_clocks_first_show_it(
    minutes: int, days: int, until: time, zone: str
) -> None:
    """Never before the days are over, never a day too late; a time that is skipped is the jump."""
    since = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    node = journeys.Wait("w", length=days * DAY, until=until.replace(microsecond=0))
    over = over_at(node, since=since, zone=zone)
    length_over = over_at(journeys.Wait("w", length=days * DAY), since=since, zone=zone)
    assert timedelta(0) <= over - length_over <= timedelta(hours=25)
    shown = over.astimezone(ZoneInfo(zone))
    if shown.time() != node.until:  # no clock shows it that day: they jump over it then
        before = (over - timedelta(seconds=1)).astimezone(ZoneInfo(zone))
        assert before.time() < node.until < shown.time()
        assert shown.utcoffset() > before.utcoffset()
    else:
        assert 0 == shown.fold


def test_a_journey_without_clocks_of_its_own_is_kept_as_before() -> None:
    """Applied again it is no new version."""
    it = path(journeys.Wait("w", length=DAY))
    assert "clocks" not in definitions.to_json(it)["nodes"][0]
    theirs = path(journeys.Wait("w", length=DAY, clocks="contact"))
    assert theirs == definitions.from_json(definitions.to_json(theirs))
    assert definitions.digest(it) != definitions.digest(theirs)
