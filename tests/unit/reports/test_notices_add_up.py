"""The report of notices, without a database: every line adds up, and so do the lines."""

import csv
import io
from collections import Counter
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from postlude.reports.notices import counting
from postlude.reports.notices.counting import Alike, Given, Place, Reacted, Read
from postlude.reports.notices.exporting import as_csv, as_json
from postlude.reports.types.notices import ANSWERS, FATES, Asked, Count, Group, Notices, Tally, Unit

MONDAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
places = st.builds(
    Place,
    st.sampled_from(["invite", "birthday"]),
    st.sampled_from(["balance", "gift"]),
    st.integers(1, 2),
    st.integers(0, 20).map(lambda days: MONDAY + timedelta(days=days)),
    st.sampled_from(["", "arbat", "east"]),
)
went = st.sampled_from(["sent", "unknown"])
alike = st.one_of(
    st.builds(
        Alike,
        places,
        went,
        st.sampled_from(["reacted", "none", "waiting", "unmeasured", ""]),
        st.just(False),
        st.integers(1, 9),
        st.integers(0, 1),
        st.integers(0, 500),
    ),
    st.builds(
        Alike,
        places,
        st.sampled_from(["blocked", "failed", "queued", "held_out"]),
        st.just(""),
        st.just(False),
        st.integers(1, 9),
        st.just(0),
        st.just(0),
    ),
)


def whole(read: Read) -> Notices:
    actions = counting.lines(read, Place.version_of_action)
    return Notices(
        Asked(),
        "UTC",
        "RUB",
        NOON,
        counting.lines(read, Place.week),
        actions,
        counting.lines(read, Place.whole_kind),
        counting.total(read),
        counting.comparisons(actions),
        counting.winners(actions),
        counting.lifts(counting.lines(read, Place.whole_version)),
        0,
    )


@given(st.lists(alike, max_size=30))
def test_the_parts_sum_to_the_whole(some: list[Alike]) -> None:
    found = whole(Read(some, [], []))
    assert found.total.count(Count.ENTERED) == sum(each.messages for each in some)
    for line in [*found.weeks, *found.actions, *found.kinds]:
        _adds_up(line.tally)
    _adds_up(found.total)
    by_branch = counting.lines(Read(some, [], []), lambda it: it.split(Place.week))
    assert all(line.group.branch is not None for line in by_branch)
    for cut in (found.weeks, found.actions, found.kinds, by_branch):
        sums = Counter[Count]()
        for line in cut:
            sums.update(line.tally.counts)
        assert {each: sums[each] for each in Count} == {
            each: found.total.count(each) for each in Count
        }


def _adds_up(tally: Tally) -> None:
    assert tally.count(Count.ENTERED) == sum(tally.count(each) for each in FATES)
    assert tally.count(Count.SENT) == sum(tally.count(each) for each in ANSWERS)
    assert tally.count(Count.UNKNOWN_REACTED) <= tally.count(Count.UNKNOWN)


def _messages(reaction: str, count: int, action: str = "gift") -> Alike:
    place = Place("invite", action, 1, MONDAY)
    return Alike(place, "sent", reaction, False, count, 0, 0)


def test_the_rate_is_of_those_of_whom_it_is_known() -> None:
    """Sent 10, yes 3, no 5, waiting 2: 37.50 %."""
    some = [_messages("reacted", 3), _messages("none", 5), _messages("waiting", 2)]
    total = counting.total(Read(some, [], []))
    assert f"{total.share.rate:.2%}" == "37.50%"
    assert total.count(Count.SENT) == 10


def test_an_order_that_answers_two_messages_is_counted_once_in_a_line() -> None:
    gift, balance = (Place("invite", action, 1, MONDAY) for action in ("gift", "balance"))
    week = timedelta(days=7)
    reactions = [
        Reacted(gift, "o1", NOON, NOON + timedelta(days=9), 500, "RUB"),
        Reacted(balance, "o1", NOON + week, NOON + timedelta(days=9), 500, "RUB"),
        Reacted(gift, "o2", NOON, NOON + timedelta(days=1), 300, "RUB"),
    ]
    found = whole(Read([], reactions, []))
    by_action = {line.group.action: line.tally for line in found.actions}
    assert by_action["gift"].revenue == {"RUB": 800}
    assert by_action["balance"].revenue == {"RUB": 500}
    assert found.total.revenue == {"RUB": 800}
    assert by_action["gift"].median_days == 1.0, "the lower of two middles"


def test_a_week_begins_on_monday() -> None:
    days = [MONDAY - timedelta(days=1), MONDAY, MONDAY + timedelta(days=6)]
    some = [Alike(Place("invite", "gift", 1, day), "sent", "none", False, 1, 0, 0) for day in days]
    weeks = [line.group.week for line in counting.lines(Read(some, [], []), Place.week)]
    assert weeks == [MONDAY - timedelta(days=7), MONDAY]


def test_nobody_wins_while_the_interval_holds_nought() -> None:
    some = [
        _messages("reacted", 80),
        _messages("none", 920),
        _messages("reacted", 10, "balance"),
        _messages("none", 190, "balance"),
    ]
    found = whole(Read(some, [], []))
    assert found.winners == {}
    (said,) = as_json(found)["comparisons"]
    figures = [said["difference"], *said["difference_95"]]
    assert [f"{each:+.2%}" for each in figures] == ["+3.00%", "-1.24%", "+5.92%"]
    assert (said["first"], said["sure"], said["winner"]) == ("gift", False, None)
    sure = whole(Read([*some, _messages("none", 900, "balance")], [], []))
    assert sure.winners == {("invite", 1): "gift"}


def test_a_column_of_the_file_may_be_summed() -> None:
    reactions = [
        Reacted(Place("invite", "gift", 1, MONDAY), uid, NOON, NOON, 100, currency)
        for uid, currency in (("o1", "RUB"), ("o2", "EUR"))
    ]
    points = [Given(Place("invite", "gift", 1, MONDAY), Unit.GIVEN, 700)]
    text = as_csv(whole(Read([_messages("reacted", 2)], reactions, points)))
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    lines = [row for row in rows if row["kind"] != "total"]
    assert len(lines) == 2
    for column, expected in (("reacted", 2), ("points_given", 700), ("revenue", 200)):
        assert sum(int(row[column] or 0) for row in lines) == expected
    assert Group("invite", "gift", 1, MONDAY).week.isoformat() == lines[0]["week"]


def test_the_lift_is_against_those_who_were_held_out() -> None:
    nobody = Place("invite", "", 1, MONDAY)
    some = [
        _messages("reacted", 80),
        _messages("none", 920),
        Alike(nobody, "held_out", "reacted", False, 10),
        Alike(nobody, "held_out", "none", False, 190),
        Alike(nobody, "held_out", "waiting", False, 50),
        Alike(nobody, "blocked", "", False, 7),
    ]
    found = whole(Read(some, [], []))
    (lift,) = as_json(found)["lifts"]
    figures = [lift["lift"], *lift["lift_95"]]
    assert [f"{each:+.2%}" for each in figures] == ["+3.00%", "-1.24%", "+5.92%"]
    assert (lift["rate"], lift["held_out_rate"], lift["sure"]) == (0.08, 0.05, False)
    assert as_json(found)["comparisons"] == [], "who had no turn had no action to compare"
    assert (found.total.count(Count.ENTERED), found.total.count(Count.HELD_OUT)) == (1257, 250)


def test_without_a_hold_out_there_is_no_lift() -> None:
    assert whole(Read([_messages("reacted", 3)], [], [])).lifts == []
