"""The sandbox's Shopify really POSTs to our server, repeats itself, mixes things up; we end right."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from postlude.kernel import boundaries, inbox
from postlude.kernel.jobs import Budget
from postlude.kernel.models import InboxDelivery
from postlude.orders import api as orders
from postlude.orders.models import ShopLine, ShopOrder
from postlude.people import api as people
from postlude.people.types import Actor, CustomerSeen
from postlude.sandbox.shopify.orders import Buyer, Item, Order
from postlude.sources import api as sources
from postlude.sources.errors import BadSource
from postlude.wiring.cli import commands

DOMAIN = "sandbox-shop.myshopify.com"
PATH = "/hooks/shopify/pycon/web-shop"


@pytest.fixture
def desk(org: Any, clock: Any, sandbox: Any, web: str, monkeypatch: Any) -> Any:
    monkeypatch.setenv("SHOPIFY_WEBHOOK_SECRET", "sandbox-shopify-secret")
    inbox.subscribe_batches("shopify", sources.INBOX_HANDLERS["shopify"])
    sandbox.client.configure("shopify", webhook_url=web + PATH)
    return Desk(org, clock, sandbox.client)


class Desk:
    """Our side of the shop, and the shop's."""

    def __init__(self, org: Any, clock: Any, client: Any) -> None:
        self.org, self.clock, self.client = org, clock, client
        self.define()

    def define(self, **more: Any) -> None:
        settings = {"shop": DOMAIN, **more}
        sources.define_shop(
            self.org.id,
            "web-shop",
            settings=settings,
            silent_after=timedelta(hours=48),
            now=self.clock.now(),
        )

    def shop(self, verb: str, **said: Any) -> Any:
        at = self.clock.now() - timedelta(hours=1)
        self.clock.advance(seconds=2)
        return self.client.shop(verb, at=at.isoformat(), **said)

    def arrived(self, count: int, status: int = 200) -> None:
        def there() -> bool:
            log = self.client.received("shopify")["deliveries"]
            return sum(each["attempts"].count(status) for each in log) >= count

        self.client.wait_for(there)
        inbox.drain(Budget(20).spent)

    def order(self, bought: Any) -> Any:
        return orders.shop_orders_named(self.org.id, [str(bought["id"])]).get(str(bought["id"]))


def test_an_order_is_opened_paid_partly_given_back_and_given_back(desk: Any) -> None:
    bought = desk.shop("buy", items=[{"price": "500.00", "quantity": 2}], paid=False)
    desk.arrived(1)
    assert ("opened", 100000) == (desk.order(bought).state, desk.order(bought).amount.minor)
    desk.shop("pay", order=bought["id"])
    desk.arrived(2)
    paid = desk.order(bought)
    assert "closed" == paid.state
    desk.shop("refund", order=bought["id"], amount="100.00")
    desk.arrived(3)
    assert ("closed", 90000) == (desk.order(bought).state, desk.order(bought).amount.minor)
    assert paid.closed_at == desk.order(bought).closed_at
    desk.shop("refund", order=bought["id"])
    desk.arrived(4)
    assert "cancelled" == desk.order(bought).state
    assert [2] == list(ShopLine.objects.values_list("quantity", flat=True))


def test_its_customer_is_the_member_who_logs_in_with_that_number(desk: Any) -> None:
    kept = people.upsert_customers(
        desk.org.id, [CustomerSeen("7001")], actor=Actor("key", "t"), now=desk.clock.now()
    )[0]
    buyer = {"id": 7001, "email": "ann@example.test", "email_consent": "subscribed"}
    bought = desk.shop("buy", buyer=buyer)
    desk.arrived(2)
    contact = desk.order(bought).contact
    assert kept.contact == contact == people.find(desk.org.id, "ann@example.test")
    assert people.consents(desk.org.id, [contact], "email")[contact]
    # No browser told of it, so it has no session.
    told = ShopOrder.objects.values_list("visitor", "source", "kind")
    assert [(None, "shopify", "web")] == list(told)


def test_a_guest_with_a_phone_that_is_none_is_known_by_the_rest(desk: Any) -> None:
    buyer = {"id": None, "email": "bob@example.test", "phone": "ask the door"}
    bought = desk.shop("buy", buyer=buyer)
    desk.arrived(2)
    assert desk.order(bought).contact == people.find(desk.org.id, "bob@example.test")
    nobody = desk.shop("buy", buyer=None)
    desk.arrived(4)
    assert desk.order(nobody).contact is None
    assert "closed" == desk.order(nobody).state


@pytest.mark.parametrize("fault", ["duplicate_webhook", "out_of_order_webhook"])
def test_repeats_and_a_wrong_order_end_as_they_should(desk: Any, fault: str) -> None:
    desk.client.fault("shopify", fault, count=1)
    bought = desk.shop("buy")
    desk.shop("cancel", order=bought["id"])
    desk.arrived(4 if fault == "duplicate_webhook" else 3)
    assert "cancelled" == desk.order(bought).state
    assert desk.order(bought).closed_at is not None
    assert 3 == InboxDelivery.objects.count()


def test_what_is_not_signed_by_the_shop_is_not_let_in(desk: Any) -> None:
    desk.client.fault("shopify", "wrong_signature", count=1)
    bought = desk.shop("buy", paid=False)
    desk.arrived(1, status=401)
    assert not InboxDelivery.objects.exists()
    assert desk.order(bought) is None


def signed(raw: bytes, path: str = PATH, domain: str = DOMAIN) -> int:
    """Post what the shop has signed."""
    digest = hmac.new(b"sandbox-shopify-secret", raw, hashlib.sha256).digest()
    headers = {
        "x-shopify-hmac-sha256": base64.b64encode(digest).decode(),
        "x-shopify-shop-domain": domain,
        "x-shopify-topic": "orders/create",
    }
    client = Client(raise_request_exception=True)
    return client.post(path, raw, content_type="application/json", headers=headers).status_code


def test_of_another_shop_without_a_source_or_too_big(desk: Any, settings: Any) -> None:
    assert 403 == signed(b"{}", domain="other.myshopify.com")
    assert 404 == signed(b"{}", path="/hooks/shopify/pycon/other")
    assert 404 == signed(b"{}", path="/hooks/shopify/nobody/web-shop")
    settings.POSTLUDE_MAX_BODY = 10
    assert 413 == signed(b"{" + b" " * 20 + b"}")


def test_a_trial_order_and_another_topic_are_no_orders(desk: Any) -> None:
    bought = desk.shop("buy", test=True)
    desk.arrived(2)
    assert desk.order(bought) is None
    assert [] == inbox.dead(desk.org.id)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"currency": "USD"}, "currency"),
        ({"items": [{"price": "-5.00"}]}, "amount"),
    ],
)
def test_another_currency_and_a_negative_amount_get_a_clear_answer(
    desk: Any, said: Any, words: str
) -> None:
    bad = desk.shop("buy", **said)
    good = desk.shop("buy")
    desk.arrived(4)
    assert desk.order(bad) is None
    assert "closed" == desk.order(good).state
    dead = inbox.dead(desk.org.id)
    assert 2 == len(dead)
    assert all(words in each.reason for each in dead)


def test_what_cannot_be_read_is_kept_for_a_person(desk: Any) -> None:
    source = f"shopify:{'web-shop'}"
    headers = {"source": "web-shop", "topic": "orders/create"}
    for number, raw in enumerate((b"no json", b"[1]", b'{"id": 1}', b'{"test": 1, "id": {}}')):
        now = desk.clock.now()
        inbox.receive(source, desk.org.id, str(number), raw, headers=headers, now=now)
    inbox.drain(Budget(20).spent)
    assert 4 == len(inbox.dead(desk.org.id))


def test_it_is_set_up_at_the_command_line(desk: Any, capsys: Any) -> None:
    shop = ("--shop", "other.myshopify.com")
    assert 0 == commands.run(["shops", "add", "second", *shop, "--json"])
    told = json.loads(capsys.readouterr().out)
    assert told["webhook"].endswith("/hooks/shopify/pycon/second")
    assert ["second", "web-shop"] == [each.slug for each in sources.shops(desk.org.id)]
    assert 0 == commands.run(["shops", "remove", "second"])
    assert 3 == commands.run(["shops", "remove", "second"])
    assert 0 == commands.run(["shops", "list"])
    sources.retire(desk.org.id, keep=["kktix"])  # a playbook knows nothing of shops
    assert ["web-shop"] == [each.slug for each in sources.shops(desk.org.id)]
    assert all(each.kind == "kktix" for each in sources.status(desk.org.id))


@pytest.mark.parametrize(
    "given",
    [
        {"shop": "shop.example.com"},
        {"shop": DOMAIN, "secret": "shpss_clear"},
        {"shop": DOMAIN, "x": 1},
    ],
)
def test_settings_that_cannot_be_are_refused_and_not_repeated(desk: Any, given: Any) -> None:
    with pytest.raises(BadSource) as refused:
        desk.define(**given)
    assert "shpss_clear" not in str(refused.value.as_json())


class Died(BaseException):
    """As a kill would: nothing of ours catches it."""


@pytest.mark.parametrize(
    "name",
    [
        "sources.shop_customers_kept",
        "sources.shop_defined",
        "sources.shop_orders_taken",
        "sources.shop_removed",
        "sources.shop_webhook_noted",
    ],
)
def test_after_a_death_all_ends_as_it_was_to_be(desk: Any, monkeypatch: Any, name: str) -> None:
    died = []

    def crossing(here: str) -> None:
        if here == name and not died:
            died.append(here)
            raise Died

    bought = Order(1, Buyer(), [Item()], "TWD", desk.clock.now(), desk.clock.now(), status="paid")
    raw = json.dumps(bought.payload()).encode()
    monkeypatch.setattr(boundaries, "crossing", crossing)
    for step in (
        desk.define,
        lambda: signed(raw),
        lambda: inbox.drain(Budget(20).spent),
        lambda: sources.remove_shop(desk.org.id, "web-shop"),
    ):
        try:
            step()
        except Died:
            InboxDelivery.objects.update(lease_until=None, owner="")  # the lease runs out
            step()

    assert [name] == died
    assert "closed" == desk.order(bought.payload()).state
    assert 1 == InboxDelivery.objects.count()
    assert [] == sources.shops(desk.org.id)
