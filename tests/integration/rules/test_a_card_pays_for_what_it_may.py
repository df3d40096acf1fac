"""Gift cards and their scope: sold with the rules of that day, asked line by line."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from postlude.kernel.money import Money
from postlude.orgs import api as orgs
from postlude.people.types import Actor
from postlude.playbooks import api as playbooks
from postlude.rewards import api as rewards
from postlude.rewards.errors import UnknownCard
from postlude.rules import api as rules
from postlude.rules.adapters import gift_card
from postlude.rules.adapters.checkout import Item
from postlude.rules.errors import BadAsk

PLAYBOOK = Path(__file__).resolve().parents[3] / "playbooks" / "gift-cards.yaml"
NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
UNTIL = NOW + timedelta(minutes=15)
MOONCAKE = Item("mooncake-box", (), 1, 120_00)
TEAPOT = Item("teapot", ("tea",), 1, 90_00)
WINE = Item("plum-wine", ("alcohol", "drinks"), 1, 60_00)
CUP = Item("cup", ("tea",), 2, 30_00)
pytestmark = pytest.mark.django_db


@pytest.fixture
def org() -> int:
    playbooks.apply(PLAYBOOK, org=None, actor=Actor("cli", "ann"), now=NOW)
    return orgs.by_slug("lantern").id


def sell(org: int, kind: str = "mid-autumn", key: str = "sale-1", amount: Money | None = None):
    return rules.issue_card(org, rules.SoldCard(key, kind, 1, amount), now=NOW)


def usable(org: int, card: int, *items: Item) -> dict[str, bool]:
    answer = rules.card_scope(org, card, items, now=NOW)
    return {line.item.product: line.usable for line in answer.lines}


def test_a_white_list_of_products_or_groups_is_joined_by_or(org: int) -> None:
    """A product of the list or of a listed group is paid for; others are not, and it says why."""
    card = sell(org)
    assert (card.balance, card.expires_at) == (200_00, NOW + timedelta(days=365))
    assert usable(org, card.id, MOONCAKE, CUP, WINE) == {
        "mooncake-box": True,
        "cup": True,
        "plum-wine": False,
    }
    answer = rules.card_scope(org, card.id, [MOONCAKE, TEAPOT, WINE], now=NOW)
    shown = gift_card.result(answer.card, answer.lines)
    assert (shown["usable_amount"], shown["payable_by_card"]) == ("210.00", "200.00")
    assert [bool(line["why"]) for line in shown["lines"]] == [False, False, True]


def test_a_black_list_denies_and_nothing_else(org: int) -> None:
    """Everything but the denied group is paid for, also what belongs to further groups."""
    card = sell(org, "no-alcohol", amount=Money(88_00, "CNY"))
    assert usable(org, card.id, MOONCAKE, WINE) == {"mooncake-box": True, "plum-wine": False}


def test_a_card_keeps_the_scope_it_was_sold_with(org: int, tmp_path: Path) -> None:
    """A narrower scope is of cards that are sold from then on."""
    old = sell(org)
    text = PLAYBOOK.read_text().replace("{groups: [tea, gift-sets]}", "{groups: [gift-sets]}")
    (tmp_path / "narrower.yaml").write_text(text)
    playbooks.apply(tmp_path / "narrower.yaml", org=None, actor=Actor("cli", "ann"), now=NOW)
    new = sell(org, key="sale-2")
    assert usable(org, old.id, CUP) == {"cup": True}
    assert usable(org, new.id, CUP) == {"cup": False}


def test_a_sale_holds_no_more_than_the_scope_and_the_card_allow(org: int) -> None:
    """More than the usable lines is refused, more than the balance is short, and nothing is held."""
    card = sell(org)
    cart = [MOONCAKE, TEAPOT, WINE]
    with pytest.raises(BadAsk):
        rules.hold_card_for(org, card.id, cart, 211_00, key="a", until=UNTIL, now=NOW)
    _, short = rules.hold_card_for(org, card.id, cart, 210_00, key="b", until=UNTIL, now=NOW)
    assert short.short == 10_00
    _, held = rules.hold_card_for(org, card.id, cart, 150_00, key="c", until=UNTIL, now=NOW)
    assert held.short == 0
    now = rewards.cards(org, [card.id], now=NOW)[0]
    assert (now.balance, now.held) == (50_00, 150_00)


@pytest.mark.parametrize(
    ("kind", "amount", "error"),
    [
        ("mid-autumn", Money(100_00, "CNY"), BadAsk),
        ("no-alcohol", None, BadAsk),
        ("no-alcohol", Money(88_00, "TWD"), BadAsk),
        ("nothing", None, UnknownCard),
    ],
)
def test_a_card_that_is_not_on_sale_like_that_is_refused(
    org: int, kind: str, amount: Money | None, error: type[Exception]
) -> None:
    """A wrong amount, none, a foreign currency or an unknown type: nothing is issued."""
    with pytest.raises(error):
        sell(org, kind, amount=amount)
    assert rewards.cards_of(org, 1, now=NOW) == []
