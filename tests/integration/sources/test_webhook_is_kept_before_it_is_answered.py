"""Trusted by its secret, durable before 200, repeated without harm; what is wrong is told."""

import logging
from typing import Any

import pytest

from postlude.kernel import inbox
from postlude.kernel.models import InboxDelivery
from postlude.people import api as people


def test_a_batch_becomes_tickets(shop: Any, hook: Any, notifications: Any, news: Any) -> None:
    answer = hook.take(notifications.paid(100, 900), notifications.paid(101, 901))
    assert {"ok": True} == answer.json()
    assert {"paid": 2} == shop.states()
    assert {"ann@example.test"} == shop.emails()
    ticket = shop.tickets()[0]
    assert "2790.00 TWD" == str(ticket.price)
    assert "2023-08-18T06:00:54.442000+00:00" == ticket.sold_at.isoformat()
    assert 2 == news.of("ticket.paid")
    assert shop.clock.now() == shop.status().last_webhook_at


def test_it_is_durable_before_it_is_answered(hook: Any, notifications: Any, shop: Any) -> None:
    batch = {"batch_id": "1", "notifications": [notifications.paid()]}
    assert 200 == hook.post(batch).status_code
    assert 1 == InboxDelivery.objects.filter(processed_at=None).count()
    assert {} == shop.states()
    assert 1 == hook.drain()
    assert {"paid": 1} == shop.states()


def test_a_repeated_batch_is_one(shop: Any, hook: Any, notifications: Any, news: Any) -> None:
    for _ in range(3):
        hook.take(notifications.paid())
    assert 1 == InboxDelivery.objects.count()
    hook.take(notifications.paid(), batch="2")
    hook.take(notifications.paid(), notifications.paid(), batch="3")
    assert {"paid": 1} == shop.states()
    assert 1 == news.of("ticket.paid")


def test_a_batch_number_that_starts_over_hides_nothing(
    shop: Any, hook: Any, notifications: Any
) -> None:
    hook.take(notifications.paid(100, 900), batch="1")
    hook.take(notifications.paid(101, 901), batch="1")
    assert {"paid": 2} == shop.states()


def test_a_cancel_ends_the_ticket(shop: Any, hook: Any, notifications: Any, news: Any) -> None:
    hook.take(notifications.paid())
    hook.take(notifications.cancelled(), batch="2")
    assert {"refunded": 1} == shop.states()
    assert 1 == news.of("ticket.refunded")


def test_a_cancel_that_comes_first_is_a_tombstone(
    shop: Any, hook: Any, notifications: Any, news: Any
) -> None:
    hook.take(notifications.cancelled())
    hook.take(notifications.paid(), batch="2")
    assert {"refunded": 1} == shop.states()
    assert 0 == news.of("ticket.paid")
    hook.take(notifications.paid(), batch="3")
    assert 0 == news.of("ticket.paid")


@pytest.mark.parametrize("secret", [None, "", "wrong", "sandbox-kktix-secret ä", "密"])
def test_a_stranger_is_refused(
    hook: Any, notifications: Any, secret: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    given = None if secret is None else secret.encode().decode("latin-1")
    answer = hook.post({"batch_id": "1", "notifications": [notifications.paid()]}, secret=given)
    assert 401 == answer.status_code
    assert "wrong_secret" == answer.json()["error"]["code"]
    assert 0 == InboxDelivery.objects.count()


def test_the_secret_is_compared_in_constant_time() -> None:
    """The comparison is hmac's; nothing decides before it."""
    import inspect

    from postlude.sources.kktix import views

    source = inspect.getsource(views._check_secret)
    assert "hmac.compare_digest" in source
    assert "==" not in source


def test_a_secret_in_any_script_and_another_header(
    shop: Any, hook: Any, notifications: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.define(webhook_header="x-our-own")
    monkeypatch.setenv("KKTIX_WEBHOOK_SECRET", "密語")
    batch = {"batch_id": "1", "notifications": [notifications.paid()]}
    assert 401 == hook.post(batch).status_code
    headers = {"x-our-own": "密語".encode().decode("latin-1")}
    answer = hook.client.post(hook.path, batch, content_type="application/json", headers=headers)
    assert 200 == answer.status_code


def test_a_secret_that_is_not_set_lets_nobody_in(
    hook: Any, notifications: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KKTIX_WEBHOOK_SECRET")
    answer = hook.post({"batch_id": "1", "notifications": []}, secret="")
    assert 503 == answer.status_code
    assert b"KKTIX_WEBHOOK_SECRET" not in answer.content
    monkeypatch.setenv("KKTIX_WEBHOOK_SECRET", "")


@pytest.mark.parametrize(
    "body",
    [
        b'{"batch_id": "1", "notifications": [{"type": "order_act',
        b"",
        b"[]",
        b"null",
        b"{}",
        b'{"batch_id": "1", "notifications": {}}',
        b"<html>",
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_what_nobody_can_read_is_400_and_kept(hook: Any, org: Any, body: bytes) -> None:
    answer = hook.post(body)
    assert 400 == answer.status_code
    error = answer.json()["error"]
    assert ("not_a_batch", True) == (error["code"], bool(error["hint"]))
    (dead,) = inbox.dead(org.id)
    assert "kktix:kktix" == dead.source
    assert 0 == hook.drain()


@pytest.mark.parametrize(
    "contact",
    [
        {"name": "王小明\ud83d", "email": "bob@example.test", "mobile": ""},
        {"name": "Bob", "email": "b\ud83dob@example.test", "mobile": "\ud83d091"},
        {"name": "B\x00b", "email": "\x00", "mobile": "\x00"},
    ],
)
def test_a_cut_emoji_holds_up_nobody(
    shop: Any, hook: Any, notifications: Any, contact: dict[str, str]
) -> None:
    odd = notifications.paid(101, 901, contact=contact)
    odd["tickets"][0]["name"] = "票\ud83d\x00"
    hook.take(notifications.paid(100, 900), odd)
    assert {"paid": 2} == shop.states()


@pytest.mark.parametrize("end", ["9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+14:00"])
def test_a_time_out_of_this_world_is_buried_alone(
    shop: Any, hook: Any, notifications: Any, org: Any, end: str
) -> None:
    odd = notifications.paid(101, 901)
    odd["order"]["paid_at"] = end
    hook.take(notifications.paid(100, 900), odd)
    assert {"paid": 1} == shop.states()
    assert ["ValueError in a notification"] == [each.reason for each in inbox.dead(org.id)]


def test_a_batch_without_a_number_is_taken(shop: Any, hook: Any, notifications: Any) -> None:
    assert 200 == hook.post({"notifications": [notifications.paid()]}).status_code
    hook.drain()
    assert {"paid": 1} == shop.states()


def test_ten_megabytes_are_refused(hook: Any, settings: Any) -> None:
    answer = hook.post(b'{"batch_id": "' + b"x" * 10_000_000 + b'"}')
    assert 413 == answer.status_code
    assert "body_too_big" == answer.json()["error"]["code"]
    assert str(settings.POSTLUDE_MAX_BODY) in answer.json()["error"]["message"]
    assert 0 == InboxDelivery.objects.count()


def test_an_unknown_type_is_buried_and_the_rest_taken(
    shop: Any, hook: Any, notifications: Any
) -> None:
    hook.take(notifications.paid(), notifications.paid(101, 901, type="order_transferred"))
    assert {"paid": 1} == shop.states()
    (dead,) = inbox.dead(shop.org.id)
    assert "order_transferred" in dead.reason


@pytest.mark.parametrize(
    "broken",
    [
        None,
        7,
        {},
        {"order": {}},
        {"order": None},
        {"tickets": None},
        {"tickets": [{"id": 1}]},
        {"tickets": "x"},
        {"event": {"name": "x"}},
        {"event": {"name": "x", "slug": "y" * 101}},
        {"order": {"id": 102, "paid_at": "2023-08-18T14:00:54"}},
        {"order": {"id": 102, "paid_at": "yesterday"}},
        {"order": {"id": "9" * 80, "paid_at": "2023-08-18T14:00:54+08:00"}},
    ],
)
def test_a_broken_notification_is_buried_and_the_rest_taken(
    shop: Any, hook: Any, notifications: Any, broken: Any
) -> None:
    bad = notifications.paid(102, 902, **broken) if isinstance(broken, dict) else broken
    if broken == {}:
        bad = {}
    hook.take(bad, notifications.paid())
    assert {"paid": 1} == shop.states()
    (dead,) = inbox.dead(shop.org.id)
    assert "ann@example.test" not in dead.reason
    assert inbox.replay(dead.id)


def test_a_buried_notification_can_be_replayed(shop: Any, hook: Any, notifications: Any) -> None:
    shop.define(events=["registration"])
    hook.take(notifications.paid(event={"name": "Registration", "slug": ""}))
    (dead,) = inbox.dead(shop.org.id)
    inbox.replay(dead.id)
    assert 1 == hook.drain()


def test_texts_that_no_table_holds_are_cut(shop: Any, hook: Any, notifications: Any) -> None:
    long = [{"id": 1, "name": "票\x00" * 500, "price_cents": 0, "price_currency": "TWD"}]
    hook.take(notifications.paid(tickets=long))
    (ticket,) = shop.tickets()
    assert 300 == len(ticket.ticket_type_name)


def test_a_free_order_without_a_time_is_paid(shop: Any, hook: Any, notifications: Any) -> None:
    hook.take(notifications.paid(order={"id": 100, "state": "activated", "paid_at": None}))
    assert {"paid": 1} == shop.states()
    assert shop.clock.now() == shop.tickets()[0].sold_at


def test_the_organisers_test_is_ignored(shop: Any, hook: Any, notifications: Any) -> None:
    hook.take(notifications.paid(event={"name": "Event Name", "slug": "event-slug"}))
    assert {} == shop.states()
    assert [] == inbox.dead(shop.org.id)


def test_an_event_that_is_not_ours_is_left_out_and_told(
    shop: Any, hook: Any, notifications: Any
) -> None:
    shop.define(events=["registration"])
    hook.take(
        notifications.paid(event={"name": "A meet-up", "slug": "meetup"}),
        notifications.paid(101, 901),
    )
    assert {"paid": 1} == shop.states()
    assert "meetup" in shop.warnings()["event_left_out"].words


@pytest.mark.parametrize("email", ["王小明@例子 測試", "ann smith@example.test", "", None])
def test_a_bad_address_keeps_the_sale(
    shop: Any, hook: Any, notifications: Any, news: Any, email: str | None
) -> None:
    hook.take(notifications.paid(contact={"name": "王", "email": email, "mobile": ""}))
    assert {"paid": 1} == shop.states()
    assert set() == shop.emails()
    (warning,) = people.address_warnings(shop.org.id)
    assert warning.hint
    assert 1 == news.of("ticket.paid")


def test_only_post(hook: Any) -> None:
    assert 405 == hook.client.get(hook.path).status_code
    assert 405 == hook.client.put(hook.path).status_code


@pytest.mark.parametrize("path", ["/hooks/kktix/nobody/kktix", "/hooks/kktix/pycon/other"])
def test_an_unknown_organisation_or_source_is_404(hook: Any, path: str) -> None:
    answer = hook.post({"batch_id": "1", "notifications": []}, path=path)
    assert 404 == answer.status_code
    assert "not_found" == answer.json()["error"]["code"]


def test_neither_body_nor_secret_are_logged(
    hook: Any, notifications: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    contact = {"name": "Sentinelname", "email": "sentinelmail@example.test", "mobile": "0987654321"}
    hook.take(
        notifications.paid(contact=contact),
        notifications.paid(101, 901, contact=contact, type="sentinelmail@example.test"),
        notifications.paid(102, 902, contact=contact, tickets="Sentinelname"),
    )
    hook.post({"batch_id": "2", "notifications": [contact]}, secret="Sentinelsecret")
    hook.post(b'{"Sentinelname')
    told = " ".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    for secret in ("Sentinel", "sentinelmail", "0987654321", "sandbox-kktix-secret"):
        assert secret not in told
    assert "wrong secret" in told
