"""A browser's push token, by the snippet: for whom the shop's server says, and nobody else."""

import json

import httpx
import pytest

from postlude.kernel.clock import now
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.people.types import Actor, PersonSeen
from support.beacons import SHOP, Page

NEW, OLD = "fcm-token:new", "fcm-token:old"


@pytest.fixture
def ann(org):
    return contact(org.id, "ann")


def contact(org, name):
    seen = PersonSeen(f"{name}@example.test", source="test", reference=f"test:{name}")
    (found,) = people.recognise_many(org, [seen], now=now())
    return found.contact


def word_for(org, who):
    return people.begin_link(org, who, "push", now=now())


def devices(org, who):
    return [each.value for each in people.all_addresses(org, [who], "push").get(who, ())]


@pytest.fixture
def say(collector, page):
    def say(origin=SHOP, key=None, content=None, **said) -> httpx.Response:
        return collector.post(
            f"/p/{key or page.key}/push",
            content=json.dumps(said) if content is None else content,
            headers={"origin": origin, "content-type": "text/plain"},
        )

    return say


def test_a_token_is_kept_for_whom_the_shop_says(say, org, ann):
    answer = say(token=NEW, word=word_for(org.id, ann))

    assert (200, {"kept": True}) == (answer.status_code, answer.json())
    assert SHOP == answer.headers["access-control-allow-origin"]
    assert [NEW] == devices(org.id, ann)


def test_a_new_token_replaces_that_of_before(say, org, ann):
    say(token=OLD, word=word_for(org.id, ann))
    say(token=NEW, word=word_for(org.id, ann), was=OLD)

    assert [NEW] == devices(org.id, ann)


def test_who_logs_in_there_next_has_the_device(say, org, ann):
    bob = contact(org.id, "bob")
    say(token=NEW, word=word_for(org.id, ann))
    say(token=NEW, word=word_for(org.id, bob), was=NEW)

    assert ([], [NEW]) == (devices(org.id, ann), devices(org.id, bob))


def test_a_device_that_is_not_notified_any_more_is_forgotten(say, org, ann):
    say(token=NEW, word=word_for(org.id, ann))
    answer = say(token="", was=NEW)

    assert {"kept": False, "why": "forgotten"} == answer.json()
    assert [] == devices(org.id, ann)


@pytest.mark.parametrize("word", ["", "guessed", None])
def test_without_a_word_of_the_shop_nothing_is_kept_or_lost(say, org, ann, word):
    """A member's number is no secret: what is written to the member is."""
    say(token=OLD, word=word_for(org.id, ann))
    answer = say(token=NEW, word=word, was=OLD, member="M-1")

    assert {"kept": False, "why": "no_link"} == answer.json()
    assert [OLD] == devices(org.id, ann)


def test_a_word_is_good_once_for_an_hour_and_for_push_alone(say, clock, org, ann):
    word = word_for(org.id, ann)
    clock.advance(minutes=59)
    assert say(token=NEW, word=word).json()["kept"]
    assert not say(token=OLD, word=word).json()["kept"]
    late = word_for(org.id, ann)
    clock.advance(minutes=61)
    assert not say(token=OLD, word=late).json()["kept"]
    other = people.begin_link(org.id, ann, "messenger", now=now())
    assert not say(token=OLD, word=other).json()["kept"]

    assert [NEW] == devices(org.id, ann)


def test_a_word_of_another_organisation_opens_nothing(say, collector, org, ann):
    word = word_for(org.id, ann)
    other = orgs.create("other", "Other", zone="UTC", currency="EUR")
    elsewhere = Page(collector, other.id)

    assert not say(key=elsewhere.key, token=NEW, word=word).json()["kept"]
    assert say(token=NEW, word=word).json()["kept"]


def test_who_was_forgotten_stays_so(say, org, ann):
    say(token=NEW, word=word_for(org.id, ann))
    late = word_for(org.id, ann)
    people.erase(org.id, ann, actor=Actor("user", "ann"), now=now())
    bob = contact(org.id, "bob")

    assert "no_link" == say(token=NEW, word=late).json()["why"]
    assert "erased" == say(token=NEW, word=word_for(org.id, bob)).json()["why"]


@pytest.mark.parametrize(
    ("content", "status"),
    [
        ("no json", 400),
        ("[]", 400),
        ("{}", 400),
        ('{"token": 5}', 400),
        ('{"token": "\\u0000", "word": "x"}', 400),
        ('{"token": "a", "was": "\\ud800"}', 400),
        (json.dumps({"token": "a" * 321}), 400),
        (json.dumps({"token": "a" * 5_000}), 413),
    ],
)
def test_what_is_no_token_is_said(say, content, status):
    answer = say(content=content)

    assert status == answer.status_code
    assert answer.json()["error"]["hint"]


def test_another_site_and_another_key_do_not_come_in(say, page, org, ann):
    word = word_for(org.id, ann)

    assert 403 == say(origin="https://evil.example", token=NEW, word=word).status_code
    assert 404 == say(key=f"plw_{'A' * 20}", token=NEW, word=word).status_code
    assert [] == devices(org.id, ann)
