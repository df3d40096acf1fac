"""Events of customers over HTTP: each kept once, refused in words, and of the key's own people."""

from datetime import timedelta

import pytest

from postlude.activity.models import ToldEvent
from postlude.kernel import work
from postlude.kernel.models import WorkRow
from support import shop_rules
from support.shop_rules import Till, iso


@pytest.fixture
def till(db, clock) -> Till:
    work.subscribe("contact.event", "test", lambda _: None)
    return shop_rules.open_shop(clock)


def event(till: Till, uid: str = "e-1", **more):
    said = {"id": uid, "event": "trial_ended", "contact": till.token, "at": iso(till.clock.now())}
    return said | more


def tell(till: Till, *events):
    answer = till.post("/events", {"events": list(events)})
    assert 200 == answer.status_code, answer.content
    return [(each["outcome"], (each["error"] or {}).get("code")) for each in answer.json()["items"]]


def test_an_event_is_kept_once_and_is_news_once(till: Till) -> None:
    said = event(till, properties={"plan": "small", "seats": 3, "paid": True})
    assert [("new", None), ("same", None)] == tell(till, said, said)
    assert [("same", None)] == tell(till, said)
    (kept,) = ToldEvent.objects.all()
    assert (till.contact, "trial_ended", till.clock.now()) == (kept.contact, kept.name, kept.at)
    assert '{"paid":true,"plan":"small","seats":3}' == kept.properties
    assert [str(kept.id)] == list(
        WorkRow.objects.filter(consumer="test").values_list("key", flat=True)
    )


def test_what_is_told_otherwise_or_of_nobody_is_refused_and_the_rest_kept(till: Till) -> None:
    tell(till, event(till))
    ahead = iso(till.clock.now() + timedelta(minutes=6))
    assert [
        ("refused", "event_told_otherwise"),
        ("refused", "unknown_contact"),
        ("refused", "event_ahead"),
        ("new", None),
    ] == tell(
        till,
        event(till, event="another"),
        event(till, "e-2", contact={"number": "nobody"}),
        event(till, "e-3", at=ahead),
        event(till, "e-4"),
    )
    assert ["e-1", "e-4"] == sorted(ToldEvent.objects.values_list("uid", flat=True))


@pytest.mark.parametrize(
    "wrong",
    [
        {"properties": {"mail": "ann@example.test"}},
        {"properties": {"Name": "x"}},
        {"properties": {"deep": {"x": 1}}},
        {"properties": {f"p{n}": n for n in range(21)}},
        {"event": "Trial ended"},
        {"id": "a b"},
        {"at": "yesterday"},
        {"more": 1},
    ],
)
def test_what_cannot_be_an_event_is_refused_whole(till: Till, wrong) -> None:
    answer = till.post("/events", {"events": [event(till) | wrong]})
    assert 400 <= answer.status_code < 500
    assert 0 == ToldEvent.objects.count()


def test_people_of_another_organisation_are_unknown(till: Till, clock) -> None:
    rival = shop_rules.open_shop(clock, "rival")
    assert [("refused", "unknown_contact")] == tell(till, event(till, contact=rival.token))
    assert [("new", None)] == tell(rival, event(rival))
    assert [("new", None)] == tell(till, event(till))
