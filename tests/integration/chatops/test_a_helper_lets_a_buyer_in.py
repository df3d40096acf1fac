"""/event grant, invite, buyer and sync in a whole house: confirmed, once, audited, told why."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from postlude.access.models import Grant, Resource
from postlude.chatops import api as chatops
from postlude.chatops.models import Request
from postlude.journeys import api as journeys
from postlude.journeys.models import Resend
from postlude.kernel import clock, jobs
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.sandbox.server import Sandbox
from support.whole_house import House, whole_house

ANN = "zebulon.quimby@buyers.test"
SLUG = "2023-individual"
HELPER = "300000000000000002"  # the role that the playbook lets do what an organiser may
STRANGER = "300000000000000009"


@pytest.fixture
def house(
    db: None, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> Iterator[House]:
    with whole_house(sandbox, tmp_path, monkeypatch, settings) as it:
        url = f"{it.web}/hooks/discord/pycontw"
        sandbox.client.configure("discord", interactions_url=url)
        yield it


def ask(house: House, command: str, role: str = HELPER, **call: Any) -> dict[str, Any]:
    return house.client.ask(command, **{"roles": [role], **call})


def press(house: House, asked: dict[str, Any], button: int = 0, role: str = HELPER, **call: Any):
    return house.client.press(asked["number"], button, **{"roles": [role], **call})


def message(house: House, asked: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = house.client.interaction(asked["number"])["message"]
    return found


def work(house: House) -> None:
    """Work until the answer stands there; what waits a second for another room is due at once."""
    for _ in range(40):
        house.settle()
        Request.objects.filter(state="queued").update(due=clock.now())
        jobs.run_once("chatops.answer")
        jobs.run_once("chatops.answer_slowly")
        if not Request.objects.filter(state="queued").exists():
            house.settle()
            return
    raise AssertionError("never answered")


def contact(house: House) -> int:
    found = people.find(house.org.id, ANN)
    assert found is not None
    return found


def test_an_invitation_is_sent_again_once_however_often_it_is_pressed(house: House) -> None:
    house.sell(ANN)
    house.settle()
    asked = ask(house, "invite", slug=SLUG, email=ANN)
    question = message(house, asked)
    assert "z•••@b•••.test" in question["content"]
    assert "already" in question["content"]
    assert "quimby" not in str(question)
    assert question["flags"] & 64
    with ThreadPoolExecutor(4) as several:
        pressed = list(several.map(lambda _: press(house, asked), range(4)))
    assert {200} == {each["status"] for each in pressed}
    press(house, asked, custom_id=question["components"][0]["components"][0]["custom_id"])
    work(house)
    press(house, asked, custom_id=question["components"][0]["components"][0]["custom_id"])
    work(house)
    assert 2 == len(house.client.mails(to=ANN))
    (row,) = Resend.objects.all()
    assert ("discord:200000000000000001", f"discord:{asked['number']}") == (row.actor, row.request)


def test_the_answer_says_that_it_is_on_its_way_and_where_to(house: House) -> None:
    house.sell(ANN)
    house.settle()
    asked = ask(house, "invite", slug=SLUG, email=ANN.upper(), locale="zh-TW")
    press(house, asked, locale="zh-TW")
    work(house)
    said = message(house, asked)
    assert "邀請已在寄送途中" in said["content"]
    assert "會場 Gather Town: 已可入場" in said["content"]
    assert [] == said["components"]
    (row,) = Request.objects.all()
    assert ("answered", None, contact(house)) == (row.state, row.sealed, row.contact)


def test_who_was_never_invited_gets_one_mail_not_two(house: House) -> None:
    """The journey invites as soon as there is access; the command must not do it beside it."""
    house.client.fault("gather", "server_error", status=500)
    house.sell(ANN)
    house.client.wait_for(house.sales_have_come)
    house.drain(at_most=1)
    asked = ask(house, "invite", slug=SLUG, email=ANN)
    assert "already" not in message(house, asked)["content"]
    press(house, asked)
    house.client.clear_faults("gather")
    Resource.objects.update(paused_until=None)
    Grant.objects.update(due=clock.now())
    work(house)
    assert 1 == len(house.client.mails(to=ANN))
    assert "on its way" in message(house, asked)["content"]
    assert 0 == Resend.objects.count()


def test_granting_tries_again_what_had_failed(house: House) -> None:
    house.client.configure("gather", api_key="another")
    house.sell(ANN)
    house.settle()
    assert ANN not in house.client.guests()
    house.client.configure("gather", api_key="sandbox-gather-key")
    asked = ask(house, "grant", slug=SLUG, email=ANN)
    press(house, asked)
    work(house)
    assert ANN in house.client.guests()
    assert "let in" in message(house, asked)["content"]


def test_a_no_does_nothing_and_a_late_yes_neither(house: House) -> None:
    house.sell(ANN)
    house.settle()
    asked = ask(house, "invite", slug=SLUG, email=ANN)
    yes = message(house, asked)["components"][0]["components"][0]["custom_id"]
    press(house, asked, 1)
    assert "nothing was done" in message(house, asked)["content"]
    press(house, asked, custom_id=yes)
    late = ask(house, "invite", slug=SLUG, email=ANN)
    Request.objects.filter(number=late["number"]).update(expires_at=clock.now())
    press(house, late)
    assert "too old" in message(house, late)["content"]
    work(house)
    assert 1 == len(house.client.mails(to=ANN))
    assert 0 == Resend.objects.count()


def test_nobody_else_may_answer_a_question(house: House) -> None:
    house.sell(ANN)
    house.settle()
    asked = ask(house, "invite", slug=SLUG, email=ANN)
    other = press(house, asked, user="200000000000000007")
    assert "somebody else" in other["reply"]["data"]["content"]
    fired = press(house, asked, role=STRANGER)
    assert "messages.resend" in fired["reply"]["data"]["content"]
    for custom_id in ("yes:1", "yes:", "yes:x", "no:99", "nonsense", "yes:" + "9" * 40):
        reply = press(house, asked, custom_id=custom_id)["reply"]
        assert reply["data"]["flags"] & 64
    work(house)
    assert 1 == len(house.client.mails(to=ANN))


@pytest.mark.parametrize("command", ["grant", "invite", "buyer", "sync"])
def test_without_the_permission_nothing_is_said_or_done(house: House, command: str) -> None:
    house.sell(ANN)
    house.settle()
    asked = ask(house, command, STRANGER, slug=SLUG, email=ANN)
    said = message(house, asked)
    assert "None of your roles" in said["content"]
    assert said["flags"] & 64
    assert not Request.objects.exists()
    assert [] == people.views(house.org.id)


def test_whom_nobody_knows_is_not_written_to(house: House) -> None:
    house.sell(ANN)
    house.settle()
    for command in ("grant", "invite"):
        unknown = ask(house, command, slug=SLUG, email="nobody@else.test")
        assert "No buyer is known" in message(house, unknown)["content"]
        nonsense = ask(house, command, slug=SLUG, email="not an address")
        assert "No buyer is known" in message(house, nonsense)["content"]
    assert not Request.objects.exists()


def test_a_refunded_ticket_lets_nobody_in(house: House) -> None:
    sold = house.sell(ANN)
    house.settle()
    house.client.refund(sold["order_no"])
    house.settle()
    asked = ask(house, "invite", slug=SLUG, email=ANN)
    assert "no valid ticket" in message(house, asked)["content"]


def test_a_buyers_story_is_told_to_the_caller_alone_and_noted(house: House) -> None:
    house.sell(ANN, name="王小明")
    house.settle()
    asked = ask(house, "buyer", email=ANN)
    assert {"type": 5, "data": {"flags": 68}} == asked["reply"]
    work(house)
    said = message(house, asked)["content"]
    for word in ("王小明", ANN, "Bought", "Invited"):
        assert word in said
    (view,) = people.views(house.org.id)
    assert ("discord", "200000000000000001") == (view.actor.kind, view.actor.id)
    assert "/event buyer" in view.purpose
    unknown = ask(house, "buyer", email="nobody@else.test")
    work(house)
    assert "No buyer is known" in message(house, unknown)["content"]
    assert 1 == len(people.views(house.org.id))


def test_what_was_asked_is_not_kept_readable(house: House) -> None:
    house.sell(ANN)
    house.settle()
    asked = ask(house, "invite", slug=SLUG, email=ANN)
    (row,) = Request.objects.all()
    assert row.sealed is not None
    assert b"quimby" not in bytes(row.sealed)
    press(house, asked)
    work(house)
    (row,) = Request.objects.all()
    assert row.sealed is None


def test_syncing_finds_what_no_webhook_told(house: House) -> None:
    house.sell(ANN, webhook=False)
    asked = ask(house, "sync")
    assert {"type": 5, "data": {"flags": 4}} == asked["reply"]
    work(house)
    assert "kktix: new: 1" in message(house, asked)["content"]
    assert 1 == len(house.client.mails(to=ANN))


def test_syncing_says_what_stood_in_the_way(house: House) -> None:
    house.client.fault("kktix", "server_error", status=503)
    asked = ask(house, "sync")
    work(house)
    assert "kktix: no good answer" in message(house, asked)["content"]


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("en-US", "KKTIX answered 503. Nothing to do"),
        ("zh-TW", "KKTIX 回應：503。 若會自行恢復"),
        ("ru", "KKTIX отвечает: 503. Если это пройдёт"),
    ],
)
def test_what_stood_in_the_way_is_said_in_the_callers_language(house: House, locale, words) -> None:
    house.client.fault("kktix", "server_error", status=503)
    asked = ask(house, "sync", locale=locale)
    work(house)
    assert words in message(house, asked)["content"]


def test_a_foreign_buyer_is_nobody(house: House) -> None:
    house.sell(ANN)
    house.settle()
    assert journeys.history_of(house.org.id, contact(house))
    house.client.configure("discord", interactions_url=f"{house.web}/hooks/discord/rival")
    rival = orgs.create("rival", "Rival", zone="Asia/Tokyo", currency="JPY")
    chatops.configure_discord(rival.id, chatops.discord_settings(house.org.id))
    for command in ("grant", "invite"):
        asked = ask(house, command, slug=SLUG, email=ANN)
        assert f"There is no event {SLUG}" in message(house, asked)["content"]
    asked = ask(house, "buyer", email=ANN)
    work(house)
    assert "No buyer is known" in message(house, asked)["content"]


def test_done_in_discord_brings_the_link_that_was_missing(house: House) -> None:
    """Gather turns us away: the mail goes without the venue, and once more when a helper is done."""
    house.client.configure("gather", api_key="another")
    house.sell(ANN)
    house.settle()
    assert 1 == len(house.client.mails(to=ANN))
    asked = ask(house, "queue", slug=SLUG)
    work(house)
    assert ANN in message(house, asked)["content"]
    press(house, asked)
    work(house)
    assert "1 person is let in." == message(house, asked)["content"]
    assert 2 == len(house.client.mails(to=ANN))
    press(house, asked, custom_id=f"yes:{Request.objects.get().id}")
    work(house)
    assert 2 == len(house.client.mails(to=ANN))
    (row,) = Resend.objects.all()
    assert "late access" == row.actor


def test_inviting_beside_a_link_that_comes_late_is_one_mail(house: House) -> None:
    """The command lets in what was missing; the link is told either by it or by itself."""
    house.client.configure("gather", api_key="another")
    house.sell(ANN)
    house.settle()
    house.client.configure("gather", api_key="sandbox-gather-key")
    asked = ask(house, "invite", slug=SLUG, email=ANN)
    press(house, asked)
    work(house)
    house.settle()
    assert 2 == len(house.client.mails(to=ANN))
    assert 1 == Resend.objects.count()
