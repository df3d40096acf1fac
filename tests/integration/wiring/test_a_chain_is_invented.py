"""`postlude invent-customers`: the same seed is the same chain, and again it adds nothing."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest

from postlude.orders.models import Buyer, ShopOrder
from postlude.orgs import api as orgs
from postlude.people.models import Address, Contact, Undeliverable
from postlude.wiring.cli.commands import run

COLUMNS = ("uid", "state", "kind", "source", "amount_minor", "coupons", "closed_at", "test")


@pytest.fixture
def chain(db, clock) -> Any:
    return orgs.create("borsch", "Борщ", zone="Europe/Moscow", currency="RUB", region="RU")


def invent(capsys: Any, *more: str) -> dict[str, Any]:
    assert 0 == run(["invent-customers", "--customers", "700", "--days", "60", "--json", *more])
    return json.loads(capsys.readouterr().out)


def told() -> list[Any]:
    return sorted(ShopOrder.objects.values_list(*COLUMNS))


def test_customers_and_orders_are_as_a_chain_has_them(chain, clock, capsys) -> None:
    """Every kind, source, branch and fate; phones of the country; some without a birthday."""
    said = invent(capsys)
    assert 700 == said["customers"] == Contact.objects.count()
    assert said["orders"] == ShopOrder.objects.count() > 1_000
    assert {"closed", "cancelled", "open", "test"} == set(said["by_fate"])
    assert {"delivery", "hall", "pickup"} == set(said["by_kind"])
    assert {"App", "New app", "Site", "till"} == set(said["by_source"])
    assert (
        4 == ShopOrder.objects.values("branch").distinct().count() == len(orgs.branches(chain.id))
    )
    assert 100 < Contact.objects.filter(birthday=None).count() == said["without_birthday"] < 400
    phones = Address.objects.filter(kind="phone").values_list("value", flat=True)
    assert 700 == len(set(phones))
    assert all(re.fullmatch(r"\+79\d{9}", each) for each in phones)
    assert not Undeliverable.objects.exists()
    assert ShopOrder.objects.filter(coupons="PRO10").exists()
    lasts = [each for each in Buyer.objects.values_list("last_at", flat=True) if each]
    assert max(lasts) > clock.now() - timedelta(days=3)
    assert min(lasts) < clock.now() - timedelta(days=28)


def test_the_same_seed_is_the_same_and_another_is_another(chain, capsys) -> None:
    """Again, nothing is added; fewer customers are the first of many."""
    invent(capsys, "--customers", "40")
    few = told()
    invent(capsys, "--customers", "80")
    many = told()
    assert set(few) < set(many)
    again = invent(capsys, "--customers", "80")
    assert many == told()
    assert again["orders"] == len(many)
    invent(capsys, "--customers", "40", "--seed", "8")
    assert 120 == Contact.objects.count()


def test_a_person_sees_what_was_invented(chain, capsys) -> None:
    assert 0 == run(["invent-customers", "--customers", "5"])
    assert "without a birthday" in capsys.readouterr().out
