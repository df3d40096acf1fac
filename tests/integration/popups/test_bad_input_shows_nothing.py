"""What is forged, unknown, too much or from elsewhere is refused with a code, and nothing is kept."""

import json
from datetime import timedelta

import pytest

from postlude.kernel import clock, store, tokens
from postlude.orgs import api as orgs
from support.beacons import uuid7
from support.popping import ANN, BOB, deeds, exposures, welcome


def refusal(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def test_a_pass_is_ours_of_one_browser_and_of_one_hour(page):
    page.publish()
    real = page.fetch()["pass"]
    other = tokens.sign("message", b"x" * 24)
    old = tokens.sign("popup", b"x" * 24, expires=clock.now() - timedelta(seconds=1))
    for forged in (
        "",
        "x",
        real[:-1],
        real + "A",
        "A" * 2_000,
        "\u5e3d",
        other,
        old,
        real.swapcase(),
    ):
        assert (422, "bad_pass") == refusal(page.shows(forged)), forged
    assert (422, "bad_pass") == refusal(page.shows(real, BOB))
    assert [] == exposures()

    assert page.shows(real).json()["shown"]


def test_what_is_unknown_or_has_ended_is_not_shown(page):
    page.publish()
    offer = page.fetch()
    assert page.fetch("nobody-knows-it") is None
    page.publish(welcome(ends=clock.now()))

    assert {"shown": False, "why": "ended"} == page.shows(offer["pass"]).json()
    page.publish(welcome(active=False))
    assert {"shown": False, "why": "ended"} == page.shows(offer["pass"]).json()
    assert [] == exposures()


def test_an_id_that_was_used_by_another_browser_opens_nothing(page):
    page.publish()
    uid = uuid7()
    mine = page.shows(page.fetch()["pass"], id=uid).json()
    theirs = page.shows(page.fetch(cid=BOB)["pass"], BOB, id=uid).json()

    assert mine["shown"]
    assert {"shown": False, "why": "unknown"} == theirs
    assert 1 == len(exposures())


@pytest.mark.parametrize("what", ["routers", "fetch", "show"])
def test_only_pages_of_the_site_come_in(page, what):
    page.publish()
    for origin in (None, "https://evil.example", "null", "https://shop.example.test.evil.example"):
        assert (403, "origin_not_allowed") == refusal(page.ask(what, origin=origin))
    page.key = "plw_" + "x" * 20
    assert (404, "unknown_write_key") == refusal(page.ask(what))


def test_a_browser_asks_first_whether_it_may(page):
    page.publish()
    headers = {"origin": "https://shop.example.test"}
    answer = page._client.options(f"/p/{page.key}/show", headers=headers)
    assert (204, "https://shop.example.test") == (
        answer.status_code,
        answer.headers["access-control-allow-origin"],
    )
    assert 405 == page._client.get(f"/p/{page.key}/show", headers=headers).status_code


@pytest.mark.parametrize("what", ["fetch", "show"])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"popups": ["\xff\xfe"]}',
        b"[" * 4_000,
        b'{"popups": [], "id": 7, "pass": {}}',
        b'{"popups": {"a": 1}, "id": "0b9c2b52-7b0a-4c6e-9c57-3d7a0f3f1a11"}',
        json.dumps({"popups": ["x"] * 21, "id": uuid7()}).encode(),
        json.dumps({"popups": ["x" * 64], "id": uuid7(), "pass": 7}).encode(),
    ],
)
def test_a_body_that_cannot_be_read_is_told_so(page, what, body):
    page.publish()
    assert (400, "bad_input") == refusal(page.ask(what, body))
    assert [] == exposures()


@pytest.mark.parametrize("what", ["fetch", "show"])
def test_ten_thousand_shows_at_once_are_too_much(page, what):
    page.publish()
    shows = [{"cid": ANN, "id": uuid7(), "pass": "x"} for _ in range(10_000)]
    assert (413, "body_too_big") == refusal(page.ask(what, {"shows": shows}))
    assert [] == exposures()
    assert [] == store.rows_sql("SELECT visitor FROM people_facts_visitor")


def test_what_was_done_names_what_was_shown(page):
    page.publish()
    shown = page.show()["shown"]
    for wrong in ("", "x" * 22, shown[:-1] + ("A" if shown[-1] != "A" else "B"), None, 7):
        answer = page.tell("clicked", wrong)
        assert (422, "bad_popup") == (answer.status_code, answer.json()["refused"][0]["code"])
    answer = page.tell("shared", shown)
    assert "bad_popup" == answer.json()["refused"][0]["code"]
    assert [] == deeds()


def test_a_held_out_popup_cannot_be_clicked(page):
    page.publish(welcome(share=1e-9))
    answer = page.show()
    assert {"shown": False, "why": "held_out"} == answer
    number = store.rows_sql("SELECT exposure FROM popups_facts_exposure")[0][0]
    page.tell("clicked", tokens.seal("popup-shown", number))

    assert [] == deeds()
    assert [] == store.rows_sql("SELECT id FROM tracking_touch")


def test_organisations_do_not_see_each_others(page):
    page.publish()
    page.show()
    other = orgs.create("theirs", "Theirs", zone="UTC", currency="EUR")
    theirs = type(page)(page._client, other.id)
    theirs.publish(welcome("theirs"))

    assert ["theirs"] == [each["popup"] for each in theirs.ask("routers").json()["popups"]]
    assert theirs.fetch("welcome") is None
