"""Scale to zero: nothing runs between requests, and a sale still becomes its invitation."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from postlude.kernel import http, jobs
from postlude.sandbox.server import Sandbox
from support.whole_house import House, whole_house


@pytest.fixture(scope="module")
def sandbox() -> Any:
    with Sandbox() as it:
        yield it
    http.close_all()


@pytest.fixture
def house(sandbox: Any, tmp_path: Path, monkeypatch: Any, settings: Any) -> Any:
    monkeypatch.setattr(jobs, "_asked", {})
    with whole_house(sandbox, tmp_path, monkeypatch, settings) as it:
        yield it


class Cloud:
    """What is billed: every request that reaches us."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.key = house.key("ops.run")
        self.calls = 0

    def scheduler_calls(self) -> dict[str, Any]:
        self.calls += 1
        answer = Client().post("/jobs/all?seconds=10", headers=self.key)
        assert 200 == answer.status_code, answer.content
        return dict(answer.json())


def test_a_webhook_and_a_scheduler_are_enough(house: House) -> None:
    cloud = Cloud(house)
    house.sell("ann@example.test")
    house.client.wait_for(house.sales_have_come, within_s=120)
    assert [] == house.client.mails()
    told = cloud.scheduler_calls()
    assert 1 == len(house.client.mails(to="ann@example.test"))
    assert told["done"]["channels.deliver"] == 1
    house.client.wait_for(house._webhooks_have_come, within_s=120)
    cloud.scheduler_calls()
    assert 0 == cloud.scheduler_calls()["left"]
    assert 1 == len(house.client.mails())


def test_the_poll_alone_is_enough(house: House) -> None:
    """Without a webhook the scheduler's next call after the sale brings it."""
    house.client.configure("kktix", webhook_url=None)
    cloud = Cloud(house)
    house.sell("ann@example.test")
    told = cloud.scheduler_calls()
    assert 1 == told["done"]["sources.poll"]
    assert 1 == len(house.client.mails(to="ann@example.test"))


def test_what_a_sale_costs_in_requests(house: House) -> None:
    """docs/howto/scale-to-zero.md counts with these: one webhook, and a receipt for each event."""
    cloud, sales = Cloud(house), 10
    for n in range(sales):
        house.sell(f"buyer{n}@example.test")
        house.client.wait_for(house.sales_have_come, within_s=120)
    cloud.scheduler_calls()
    assert sales == len(house.client.mails())
    for _ in range(2):
        house.client.wait_for(house._webhooks_have_come, within_s=120)
        cloud.scheduler_calls()
    hooks = len(house.client.received("kktix", limit=10_000)["deliveries"])
    receipts = house.client.mailgun_webhooks(limit=10_000)["deliveries"]
    by_event = Counter(each["event"] for each in receipts)
    assert sales >= hooks > 0
    assert {"delivered": sales, "opened": sales, "clicked": sales}.items() >= by_event.items()
    assert sales == by_event["delivered"]
