"""`postlude points reasons`: what was written with points, and whether anything here knows it."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from postlude.journeys import api as journeys
from postlude.kernel import clock as kernel_clock
from postlude.kernel import work
from postlude.orgs import api as orgs
from postlude.rewards import api as rewards
from postlude.rewards.types.points import Take
from postlude.wiring import registry
from postlude.wiring.cli.commands import run
from support.noticing import Restaurant


@pytest.fixture
def place(org, clock, settings, tmp_path) -> Restaurant:
    settings.POSTLUDE_STAMP_FILE = tmp_path / "epoch.stamp"
    work.unsubscribe_all()
    registry._done.clear()
    registry.register_all()
    it = Restaurant(org.id).open()
    way = journeys.Way(
        "gift", journeys.Letter("sms", "back"), journeys.Points(100, "invite", timedelta(days=14))
    )
    who = journeys.Condition("!birthday_known")
    notice = journeys.Recurring(
        slug="come-back",
        timetable=journeys.timetable("daily 12:00"),
        selections=(journeys.Selection("all", (way,), who=who),),
        once_per=journeys.OncePer.EVER,
        reaction=journeys.Awaited(timedelta(days=5), points="review"),
    )
    journeys.publish_notice(org.id, notice, now=now())
    return it


def now() -> datetime:
    return kernel_clock.now()


def told(capsys, place: Restaurant, *more: str) -> dict[tuple[str, str], dict[str, Any]]:
    capsys.readouterr()
    slug = orgs.get(place.org).slug
    assert 0 == run(["points", "reasons", "--org", slug, "--json", *more])
    items = json.loads(capsys.readouterr().out)["items"]
    return {(each["currency"], each["reason"]): each for each in items}


def test_each_reason_with_its_times_and_who_awaits_it(place, clock, capsys) -> None:
    one, two = place.person(1), place.person(2)
    first = now()
    for contact, reason in ((one, "feedback"), (one, "review"), (two, "invite"), (two, "order")):
        place.give(contact, reason, now())
    clock.advance(days=2)
    for reason in ("feedback", "Feedback ", "подарок"):
        place.give(two, reason, now())
    take = Take("t", two, 5, "spent on tea")
    rewards.take_many(place.org, [take], now=now())

    found = told(capsys, place)
    assert {"feedback", "review", "invite", "order", "Feedback ", "подарок"} == {
        reason for _, reason in found
    }
    feedback = found["points", "feedback"]
    assert (2, ["feedback"], [], True) == (
        feedback["times"],
        feedback["awaited_by"],
        feedback["given_by"],
        feedback["known"],
    )
    assert [first, now()] == [
        datetime.fromisoformat(feedback[name]) for name in ("first_at", "last_at")
    ]
    assert ["come-back, version 1"] == found["points", "review"]["awaited_by"]
    assert (["come-back"], True) == (
        found["points", "invite"]["given_by"],
        found["points", "invite"]["known"],
    )
    assert found["points", "order"]["known"]

    unknown = told(capsys, place, "--unknown")
    assert {"Feedback ": "feedback", "подарок": ""} == {
        reason: each["perhaps"] for (_, reason), each in unknown.items()
    }
    assert 0 == run(["points", "reasons", "--org", orgs.get(place.org).slug])
    assert "“" in capsys.readouterr().out  # quoted, so that a space at the end is seen


def test_another_organisations_reasons_are_not_listed(place, capsys) -> None:
    place.give(place.person(1), "feedback", now())
    other = orgs.create("other", "Other", zone="Europe/Moscow", currency="RUB")
    assert 0 == run(["points", "reasons", "--org", other.slug, "--json"])
    assert [] == json.loads(capsys.readouterr().out)["items"]
