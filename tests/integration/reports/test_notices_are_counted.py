"""`postlude report notices`: counted from what is stored, printed, written, opened by a bad word."""

import csv
import io
import json
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from postlude.attribution.models import Notice
from postlude.journeys import api as journeys
from postlude.journeys.models import Journey, JourneyVersion, NodeExecution, SendAttempt
from postlude.kernel import clock as kernel_clock
from postlude.kernel import store, work
from postlude.messages.models import Message
from postlude.orgs import api as orgs
from postlude.reports import api as reports
from postlude.reports.types.notices import ANSWERS, FATES, Count, Unit
from postlude.rewards import api as rewards
from postlude.rewards.types.points import Give, Take
from postlude.wiring import registry
from postlude.wiring.cli.commands import run
from support.noticing import Restaurant

DAY = timedelta(days=1)


@pytest.fixture
def place(org, clock, settings, tmp_path) -> Restaurant:
    settings.POSTLUDE_STAMP_FILE = tmp_path / "epoch.stamp"
    work.unsubscribe_all()
    registry._done.clear()
    registry.register_all()
    return Restaurant(org.id).open()


@pytest.fixture
def month(place, clock) -> Restaurant:
    """Ten invitations in two ways, a failed one, one of unknown fate, one still queued."""
    start = kernel_clock.now()
    people = [place.person(number) for number in range(13)]
    place.send("invite", *people[:5], action="gift")
    place.send("invite", *people[5:10], action="balance")
    for who in people[:2]:
        place.order(who, start + DAY, start + DAY, uid=f"o{who}")
    place.send("invite", people[10], action="gift", outcome="failed")
    unknown = place.send("invite", people[11], action="gift", outcome="unknown")
    place.order(people[11], start + 2 * DAY, start + 2 * DAY, uid="unknown")
    place.work()
    clock.advance(days=15)
    place.look()
    # Sent again a fortnight later, and waiting still.
    place.send("invite", *people[:2], action="gift")
    place.queue("invite", people[12])
    assert unknown
    return place


def test_the_report_is_the_slow_recount(month) -> None:
    found = reports.notices(month.org, reports.notices_asked(month.org))
    rows = list(Notice.objects.all())
    total = found.total
    assert total.count(Count.ENTERED) == len(rows) == 14
    fates = Counter(row.fate for row in rows)
    assert {each.value: total.count(each) for each in FATES if total.count(each)} == fates
    sent = Counter(row.reaction for row in rows if row.fate == "sent")
    assert [total.count(each) for each in ANSWERS] == [
        sent["reacted"],
        sent["none"],
        sent["waiting"],
        sent["unmeasured"],
    ]
    assert (sent["reacted"], sent["none"], sent["waiting"]) == (2, 8, 2)
    assert total.share.rate == 0.2
    assert total.count(Count.UNKNOWN_REACTED) == 1
    assert (total.median_days, total.revenue) == (1.0, {"RUB": 2_000_00})
    assert found.under_way == 1
    by_action = {line.group.action: line.tally for line in found.actions}
    assert (by_action["gift"].share.hits, by_action["balance"].share.hits) == (2, 0)
    assert len({line.group.week for line in found.weeks}) == 2


def test_points_are_those_that_came_with_the_messages(place, clock) -> None:
    """Given 100 to each of three: 30 spent, one burnt after two weeks, one for ever."""
    people = [place.person(number) for number in range(3)]
    sent = place.send("invite", *people)
    keys = dict(Message.objects.filter(id__in=sent).values_list("contact", "key"))
    now = kernel_clock.now()
    ends = [now + 14 * DAY, now + 14 * DAY, None]
    with store.write():
        gives = [
            Give(keys[who], who, 100, "invite", expires_at=end)
            for who, end in zip(people, ends, strict=True)
        ]
        rewards.give_many(place.org, gives, now=now)
        rewards.give_many(place.org, [Give("other", people[0], 5, "order")], now=now)
        rewards.take_many(place.org, [Take("spend", people[0], 30, "order")], now=now)
    clock.advance(days=15)
    found = reports.notices(place.org, reports.notices_asked(place.org))
    assert found.total.points == {
        Unit.GIVEN: 300,
        Unit.SPENT: 30,
        Unit.BURNT: 170,
        Unit.LIVE: 100,
    }


def test_cost_is_added_up_where_there_is_one(month) -> None:
    assert reports.notices(month.org, reports.notices_asked(month.org)).total.cost is None
    Notice.objects.filter(fate="sent").update(cost=250)
    assert reports.notices(month.org, reports.notices_asked(month.org)).total.cost == 12 * 250


def test_days_and_kind_leave_out_the_others(month) -> None:
    first = min(Notice.objects.values_list("day", flat=True))
    found = reports.notices(month.org, reports.notices_asked(month.org, until=first))
    assert found.total.count(Count.ENTERED) == 12
    month.send("birthday", month.person())
    found = reports.notices(month.org, reports.notices_asked(month.org, kind="birthday"))
    assert (found.total.count(Count.ENTERED), [line.group.kind for line in found.kinds]) == (
        1,
        ["birthday"],
    )


def test_the_command_line_prints_and_writes(month, org, tmp_path: Path, capsys: Any) -> None:
    assert run(["report", "notices", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    found = reports.notices(month.org, reports.notices_asked(month.org))
    assert printed == reports.notices_as_json(found)
    assert kernel_clock.now().isoformat() == printed["as_of"]
    assert (0.2, 0.2) == (printed["total"]["rate"], printed["total"]["credited_rate"])
    file = tmp_path / "notices.csv"
    assert run(["report", "notices", "--csv", str(file)]) == 0
    shown = capsys.readouterr().out
    assert "14 entered" in shown.replace("\n", " ")
    assert "nobody yet" in shown
    assert f"as of {kernel_clock.now().astimezone(ZoneInfo(found.zone)):%Y-%m-%d %H:%M}" in shown
    rows = list(csv.DictReader(io.StringIO(file.read_text("utf-8-sig"))))
    assert len(rows) == len(found.weeks) + 1
    assert rows[-1]["entered"] == "14"


def test_a_bad_question_ends_with_its_fix(org, capsys: Any) -> None:
    for more, code in (
        (["--kind", "weather"], "reports.unknown_notice"),
        (["--since", "soon"], "reports.bad_day"),
        (["--since", "2023-09-02", "--until", "2023-09-01"], "reports.bad_range"),
    ):
        assert run(["report", "notices", "--json", *more]) == 3
        error = json.loads(capsys.readouterr().out)["error"]
        assert (error["code"], bool(error["hint"])) == (code, True)


def test_nothing_sent_is_noughts(org, capsys: Any) -> None:
    assert run(["report", "notices", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert (printed["total"]["entered"], printed["total"]["rate"]) == (0, None)
    assert run(["report", "notices"]) == 0


def test_another_organisation_is_not_counted(month) -> None:
    other = orgs.create("other", "Other", zone="UTC", currency="EUR")
    found = reports.notices(other.id, reports.notices_asked(other.id))
    assert (found.total.count(Count.ENTERED), found.under_way) == (0, 0)


def test_it_is_split_by_branch(month, org, capsys: Any) -> None:
    """The lines of the branches, and of none, sum to the whole; one alone is its line."""
    arbat = orgs.add_branch(org.id, "arbat", "Arbat").id
    east = orgs.add_branch(org.id, "east", "East", zone="Asia/Yekaterinburg").id
    guests = [month.person(number) for number in range(20, 26)]
    month.send("invite", *guests[:4], action="gift", branch=arbat)
    month.send("invite", *guests[4:], action="gift", branch=east)
    month.order(guests[0], kernel_clock.now() + DAY, kernel_clock.now() + DAY, uid="b1")
    month.work()
    whole = reports.notices(month.org, reports.notices_asked(month.org))
    split = reports.notices(month.org, reports.notices_asked(month.org, by_branch=True))
    by_branch = {line.group.branch: line.tally for line in split.kinds}
    assert {"": 15, "arbat": 4, "east": 2} == {
        slug: tally.count(Count.ENTERED) for slug, tally in by_branch.items()
    }
    assert {"arbat": 1, "east": 0} == {
        slug: by_branch[slug].count(Count.REACTED) for slug in ("arbat", "east")
    }
    for each in Count:
        assert whole.total.count(each) == sum(it.count(each) for it in by_branch.values())
    assert (whole.total, whole.comparisons) == (split.total, split.comparisons)
    alone = reports.notices(month.org, reports.notices_asked(month.org, branch="arbat"))
    assert by_branch["arbat"] == alone.total
    assert 0 == run(["report", "notices", "--by", "branch", "--json"])
    printed = json.loads(capsys.readouterr().out)
    assert {"", "arbat", "east"} == {line["branch"] for line in printed["weeks"]}
    assert 0 == run(["report", "notices", "--by", "branch"])
    assert 3 == run(["report", "notices", "--branch", "nowhere", "--json"])
    assert "reports.unknown_branch" in capsys.readouterr().out


def test_a_branch_of_another_organisation_is_none_here(month) -> None:
    other = orgs.create("other", "Other", zone="UTC", currency="EUR")
    orgs.add_branch(other.id, "theirs", "Theirs")
    with pytest.raises(LookupError):
        reports.notices_asked(month.org, branch="theirs")


def test_who_was_stopped_or_held_out_has_a_branch(month, org) -> None:
    """Neither has a message; what was decided of them says where they ordered last."""
    arbat = orgs.add_branch(org.id, "arbat", "Arbat").id
    cycle = month.cycle("invite")
    ways = (journeys.Way("send", journeys.Letter("sms", "back")),)
    selection = journeys.Selection("all", ways, who=journeys.Condition("!birthday_known"))
    at = journeys.timetable("daily 12:00")
    notice = journeys.Recurring("invite", at, (selection,), journeys.OncePer.EVER)
    said = journeys.notice_as_json(notice)
    JourneyVersion.objects.filter(org_id=org.id).update(definition=said)
    Journey.objects.filter(org_id=org.id).update(trigger="timetable")
    execution = NodeExecution.objects.create(
        org_id=org.id, cycle_id=cycle, node="invite.all", entered=3, started_at=kernel_clock.now()
    )
    for number, (outcome, branch) in enumerate(
        (("blocked", arbat), ("blocked", None), ("held_out", arbat))
    ):
        SendAttempt.objects.create(
            org_id=org.id,
            execution=execution,
            contact=month.person(30 + number),
            outcome=outcome,
            reason="no_consent",
            branch=branch,
            at=kernel_clock.now(),
        )
    work.publish(journeys.FINISHED, org.id, [cycle])
    month.work()
    found = reports.notices(month.org, reports.notices_asked(month.org, branch="arbat")).total
    assert (1, 1) == (found.count(Count.BLOCKED), found.count(Count.HELD_OUT))
