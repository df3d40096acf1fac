"""A page asks when, what, and whether; what is answered as shown is a fact, once."""

from datetime import timedelta

from postlude.activity import api as activity
from postlude.kernel import clock, store
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.people.types import Actor, CustomerSeen, Description
from postlude.popups.types import Content, Target, Trigger
from support.beacons import SHOP, event, uuid7
from support.popping import ANN, BOB, PopupPage, deeds, exposures, welcome


def test_routers_say_when_to_ask_and_nothing_of_persons(page):
    now = clock.now()
    page.publish(
        welcome(
            trigger=Trigger(("/hats*",), False, 5, True, ("add_to_cart",)),
            target=Target(levels=frozenset({"gold"})),
        ),
        welcome("past", ends=now - timedelta(seconds=1)),
        welcome("coming", starts=now + timedelta(hours=1)),
        welcome("off", active=False),
        a_day=3,
    )

    said = page.ask("routers").json()

    assert 3 == said["a_day"]
    assert 10 == len(said["day"])
    assert [
        {
            "popup": "welcome",
            "pages": ["^https?://[^/]+/hats.*([?].*)?$"],
            "events": ["add_to_cart"],
            "seconds": 5,
            "stays": True,
            "logged_in": False,
            "targeted": True,
        }
    ] == [{k: v for k, v in each.items() if k != "again"} for each in said["popups"]]
    assert "gold" not in str(said)


def test_what_it_says_is_filled_in_as_plain_text_in_the_visitors_language(page):
    page.publish(
        welcome(
            contents={
                "en": Content(
                    "Hi{% if member.known %}, {{ member.level }}{% endif %} <b>", "1 < 2"
                ),
                "zh-Hant": Content("嗨"),
            }
        )
    )
    english = {"title": "Hi <b>", "text": "1 < 2", "close": "Close"}
    assert english == page.fetch(language="en-GB")["content"]
    assert {"title": "嗨", "close": "關閉"} == page.fetch(language="zh-TW")["content"]
    assert "嗨" == page.fetch()["content"]["title"]  # the organisation's language


def test_what_is_shown_is_kept_once_and_a_repeat_gets_the_same_answer(page):
    page.publish()
    offer = page.fetch()
    uid = uuid7()

    answers = [page.shows(offer["pass"], id=uid).json() for _ in range(3)]

    assert 1 == len({each["shown"] for each in answers})
    (row,) = exposures()
    assert "shown" == row[0]
    assert 22 == len(answers[0]["shown"])  # an opaque name, no number of ours


def test_whom_it_is_for_the_server_judges_twice(page):
    page.publish(
        welcome("gold", target=Target(levels=frozenset({"gold", "silver"}))),
        welcome("vip", target=Target(tags=frozenset({"vip"}))),
    )
    page.send(event("login"), cid=ANN, member="M1")
    contact = people.find_customers(page.org, numbers=["M1"])[0]["M1"]
    assert page.fetch("gold", member="M1") is None
    assert page.fetch("gold") is None
    say = Description(contact, level="gold", add_tags=frozenset({"vip"}))
    people.describe_many(page.org, [say])

    assert page.fetch("vip", member="M1")["content"]
    offer = page.fetch("gold", member="M1")
    people.describe_many(page.org, [Description(contact, level="bronze")])
    answer = page.shows(offer["pass"], member="M1")

    assert {"shown": False, "why": "not_for_them"} == answer.json()
    assert [] == exposures()


def test_a_number_that_nobody_logged_in_with_here_opens_nothing(page):
    """Who knows the number of a member does not learn their level."""
    actor, now = Actor("system", "test"), clock.now()
    (kept,) = people.upsert_customers(page.org, [CustomerSeen(number="M7")], actor=actor, now=now)
    people.describe_many(page.org, [Description(kept.contact, level="gold")])
    page.publish(welcome(target=Target(levels=frozenset({"gold"}))))

    assert page.fetch(cid=BOB, member="M7") is None


def test_a_click_is_a_fact_a_touch_and_an_event(page):
    page.publish()
    shown = page.show()["shown"]
    told = {"id": uuid7()}

    for _ in range(2):
        assert 204 == page.tell("clicked", shown, **told).status_code
    assert 204 == page.tell("closed", shown).status_code

    assert ["clicked", "closed"] == deeds()
    visitor = exposures()[0][1]
    (touch,) = store.rows_sql("SELECT kind, message, channel, node, visitor FROM tracking_touch")
    assert ("click", None, "popup", "welcome", visitor) == touch
    did = [each.action for each in activity.activities_of(page.org, [visitor])]
    assert ["popup_clicked", "popup_closed"] == sorted(did)


def test_who_lets_nothing_be_kept_sees_none(page):
    page.publish()
    offer = page.fetch()

    assert page.fetch(consent=False) is None
    assert {"shown": False, "why": "consent"} == page.shows(offer["pass"], consent=False).json()
    page.forget()
    asked = {"cid": ANN, "id": uuid7(), "pass": offer["pass"]}
    assert "consent" == page.ask("show", asked, **{"sec-gpc": "1"}).json()["why"]
    assert [] == exposures()
    assert [] == store.rows_sql("SELECT visitor FROM people_facts_visitor")


def test_a_popup_of_another_organisation_is_unknown(page):
    other = orgs.create("theirs", "Theirs", zone="UTC", currency="EUR")
    theirs = PopupPage(page._client, other.id)
    theirs.publish()
    page.publish(welcome("ours"))
    offer = theirs.fetch()
    assert {"shown": False, "why": "unknown"} == page.shows(offer["pass"]).json()

    shown = theirs.shows(offer["pass"]).json()["shown"]
    page.tell("clicked", shown)

    assert [] == deeds()
    assert [] == store.rows_sql("SELECT action FROM activity_facts_event")


def test_the_cookie_of_the_beacon_is_the_popups_browser(page):
    page.publish()
    page.forget()
    page.send(event(), cid=ANN)
    answer = page.ask("fetch", {"popups": ["welcome"]})
    done = page.ask("show", {"id": uuid7(), "pass": answer.json()["popups"][0]["pass"]})

    assert done.json()["shown"]
    assert 1 == len(store.rows_sql("SELECT visitor FROM people_facts_visitor"))
    assert SHOP == done.headers["access-control-allow-origin"]
