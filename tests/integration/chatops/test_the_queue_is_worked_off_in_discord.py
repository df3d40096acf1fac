"""/event queue: how many wait, the e-mails to the caller alone and audited, done once for those."""

import base64
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from postlude.access import api as access
from postlude.access.models import Grant, GrantEvent
from postlude.access.types import MapRule, Resource
from postlude.chatops import api as chatops
from postlude.chatops import requests
from postlude.chatops.models import Request
from postlude.chatops.types import Who
from postlude.kernel import clock
from postlude.kernel.jobs import Budget
from postlude.orders import api as orders
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.people.types import PersonSeen
from support.selling import sell

SLUG = "2023-individual"
BOSS, READER = "300000000000000002", "300000000000000007"
ACTOR = "discord:200000000000000001"


def arrive(server: Any, first: int, last: int) -> None:
    """So many buyers come, and wait for a person in both places."""
    org, now = server.org.id, clock.now()
    emails = [f"zebulon{number}@buyers.test" for number in range(first, last)]
    seen = [PersonSeen(each, source="test", reference=f"test:{each}") for each in emails]
    found = people.recognise_many(org, seen, now=now)
    for number, row in enumerate(found):
        sell(server.org, SLUG, "Regular", first + number + 1, contact=row.contact)
    (happening,) = orders.happenings(org)
    places = [
        Resource("lounge", "manual", "Lounge *", {"link": "https://lounge.test/"}),
        Resource("stage", "manual", "Stage", {"link": "https://stage.test/"}),
    ]
    access.define_resources(org, happening.conference, places, now=now)
    rules = [MapRule("*", "*", ("lounge", "stage"))]
    access.define_map(org, happening.conference, rules, now=now)
    contacts = [row.contact or 0 for row in found]
    access.grant_many(org, happening.conference, contacts, now=now)
    access.authorise(Budget(10))


@pytest.fixture
def queue(server: Any) -> Any:
    arrive(server, 0, 3)
    return server


def listed(server: Any, **call: Any) -> dict[str, Any]:
    asked: dict[str, Any] = server.ask("queue", slug=SLUG, **{"role": "organiser", **call})
    assert {"type": 5, "data": {"flags": 68}} == asked["reply"]
    server.work()
    return asked


def buttons(message: dict[str, Any]) -> list[str]:
    return [each["label"] for row in message["components"] for each in row["components"]]


def left(server: Any) -> int:
    return access.count_by_hand(server.org.id)


def file_of(message: dict[str, Any]) -> str:
    (file,) = message["attachments"]
    return base64.b64decode(file["content"]).decode("utf-8-sig")


def test_the_list_is_for_the_caller_alone_and_audited(queue: Any) -> None:
    said = queue.message(listed(queue))
    assert said["content"].startswith("To be let in by hand:\n- Lounge \\*: 3\n- Stage: 3\n")
    block = "```\n" + "\n".join(f"zebulon{number}@buyers.test" for number in range(3)) + "\n```"
    assert 2 == said["content"].count(block)
    assert ["Done"] == buttons(said)
    views = people.views(queue.org.id)
    assert 3 == len({each.contact for each in views})
    assert {ACTOR} == {f"{each.actor.kind}:{each.actor.id}" for each in views}
    assert {"Discord: /event queue"} == {each.purpose for each in views}
    assert 6 == left(queue)


def test_who_may_not_see_people_sees_how_many(queue: Any) -> None:
    said = queue.message(listed(queue, role="viewer"))
    assert "Stage: 3" in said["content"]
    assert "people.view_contact" in said["content"]
    assert "zebulon" not in str(said)
    assert [] == buttons(said)
    assert [] == people.views(queue.org.id)


def test_who_may_see_but_not_let_in_has_no_button(queue: Any) -> None:
    settings = chatops.discord_settings(queue.org.id)
    reader = Who(role=READER, may=("sales.view", "people.view_contact"))
    chatops.configure_discord(queue.org.id, replace(settings, who=(*settings.who, reader)))
    asked = queue.sandbox.client.ask("queue", slug=SLUG, roles=[READER])
    queue.work()
    assert "zebulon0@buyers.test" in queue.message(asked)["content"]
    assert [] == buttons(queue.message(asked))


def test_done_closes_exactly_those_listed(queue: Any) -> None:
    asked = listed(queue)
    listed_grants = set(Grant.objects.values_list("id", flat=True))
    arrive(queue, 3, 5)
    queue.press(asked)
    queue.work()
    assert "6 people are let in." == queue.message(asked)["content"]
    assert [] == queue.message(asked)["components"]
    granted = Grant.objects.filter(state="granted")
    assert listed_grants == set(granted.values_list("id", flat=True))
    assert {ACTOR} == set(granted.values_list("done_by", flat=True))
    assert 4 == left(queue)


def test_pressed_several_times_it_is_done_once(queue: Any) -> None:
    asked = listed(queue)
    yes = queue.message(asked)["components"][0]["components"][0]["custom_id"]
    with ThreadPoolExecutor(4) as several:
        list(several.map(lambda _: queue.press(asked, custom_id=yes), range(4)))
    queue.work()
    queue.press(asked, custom_id=yes)
    queue.work()
    events = GrantEvent.objects.filter(kind="granted", actor=ACTOR)
    assert 6 == events.count() == events.values("grant").distinct().count()
    (row,) = Request.objects.all()
    assert ("answered", None) == (row.state, row.sealed)


def test_worked_out_again_it_says_the_same(queue: Any) -> None:
    """The answer does not reach Discord after the commit, and is worked out once more."""
    asked = listed(queue)
    queue.press(asked)
    queue.sandbox.client.fault("discord", "server_error", status=500)
    queue.work()
    assert 0 == left(queue)
    queue.sandbox.client.clear_faults("discord")
    Request.objects.filter(state="queued").update(due=clock.now())
    queue.work()
    assert "6 people are let in." == queue.message(asked)["content"]


def test_another_address_since_stays_in_the_queue(queue: Any) -> None:
    asked = listed(queue)
    grant = Grant.objects.filter(resource__key="stage").order_by("id")[0]
    Grant.objects.filter(id=grant.id).update(edition=grant.edition + 1)
    queue.press(asked)
    queue.work()
    assert "5 people are let in. Left out" in queue.message(asked)["content"]
    assert "To be taken off again by hand" in queue.message(asked)["content"]
    assert queue.message(asked)["content"].endswith(": 1.")
    assert 1 == left(queue)


def test_the_press_needs_the_permission_at_that_moment(queue: Any) -> None:
    asked = listed(queue)
    fired = queue.press(asked, role="viewer")
    assert "access.grant_by_hand" in fired["reply"]["data"]["content"]
    other = queue.press(asked, user="200000000000000007")
    assert "somebody else" in other["reply"]["data"]["content"]
    queue.work()
    assert 6 == left(queue)


def test_letting_in_may_take_hours_but_not_a_day(queue: Any) -> None:
    asked = listed(queue)
    (row,) = Request.objects.all()
    assert timedelta(hours=11) < row.expires_at - clock.now() <= requests.OFFER_LIVES
    Request.objects.update(expires_at=clock.now() - timedelta(minutes=2))
    queue.press(asked)
    assert "too old" in queue.message(asked)["content"]
    queue.work()
    assert 6 == left(queue)
    assert 1 == requests.sweep(clock.now())
    assert [None] == list(Request.objects.values_list("sealed", flat=True))


def test_a_press_before_the_answer_is_settled_does_nothing(queue: Any) -> None:
    asked = listed(queue)
    Request.objects.update(state="queued", due=clock.now() + timedelta(minutes=1))
    early = queue.press(asked)
    assert "still being made" in early["reply"]["data"]["content"]
    assert ["Done"] == buttons(queue.message(asked))
    assert 6 == left(queue)


def test_a_long_list_is_a_file(queue: Any) -> None:
    arrive(queue, 3, 60)
    asked = listed(queue)
    said = queue.message(asked)
    assert "Stage: 60" in said["content"]
    assert "in the file" in said["content"]
    assert "zebulon" not in said["content"]
    lines = file_of(said).split("\r\n")
    assert "# Lounge *" == lines[0]
    assert 120 == sum("@buyers.test" in line for line in lines)
    queue.press(asked)
    queue.work()
    assert "120 people are let in." == queue.message(asked)["content"]


def test_a_file_too_large_for_discord_is_not_offered_as_done(queue: Any) -> None:
    arrive(queue, 3, 60)
    said = queue.message(listed(queue, size_limit=100))
    assert "larger than Discord takes" in said["content"]
    assert [] == buttons(said)


def test_what_is_remembered_is_not_personal(queue: Any) -> None:
    listed(queue)
    (row,) = Request.objects.all()
    assert "zebulon" not in str(requests.opened(row).values)


def test_nobody_waits_and_no_such_event(queue: Any) -> None:
    asked = queue.ask("queue", slug="nowhere", role="organiser")
    assert "There is no event nowhere" in queue.message(asked)["content"]
    asked = listed(queue, locale="zh-TW")
    assert "等候人工開通入場" in queue.message(asked)["content"]
    queue.press(asked, locale="zh-TW")
    queue.work()
    assert "沒有人在等候人工開通入場。" == queue.said(
        "queue", slug=SLUG, role="organiser", locale="zh-TW"
    )


def test_a_foreign_queue_is_nobodys(queue: Any) -> None:
    rival = orgs.create("rival", "Rival", zone="Asia/Tokyo", currency="JPY")
    chatops.configure_discord(rival.id, chatops.discord_settings(queue.org.id))
    url = f"{queue.web}/hooks/discord/rival"
    queue.sandbox.client.configure("discord", interactions_url=url)
    asked = queue.ask("queue", slug=SLUG, role="organiser")
    assert "There is no event" in queue.message(asked)["content"]
