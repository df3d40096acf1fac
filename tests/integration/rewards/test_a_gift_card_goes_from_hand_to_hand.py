"""Gift cards: issued with their money, shared by a link, claimed once, spent and refunded."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from postlude.kernel.errors import BadToken
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.people.types import PersonSeen
from postlude.rewards.carriers import issuing, kinds, reading, sharing, spending
from postlude.rewards.errors import BadCard, CardNotYours, CardTaken, CardUnusable, UnknownCard
from postlude.rewards.types.carriers import Card, CardMove, CardType, IssueCard

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
YEAR = timedelta(days=365)
pytestmark = pytest.mark.django_db


@pytest.fixture
def org() -> int:
    return orgs.create("lantern", "Lantern", zone="Asia/Shanghai", currency="CNY").id


@pytest.fixture
def hands(org: int) -> list[int]:
    seen = [PersonSeen(f"{name}@example.test", name=name) for name in ("li", "wang", "chen")]
    return [each.contact for each in people.recognise_many(org, seen, now=NOW)]


def issue(org: int, holder: int, key: str = "sale-1", **more: object) -> Card:
    card = IssueCard(key, "mid-autumn", 200_00, "CNY", holder, "中秋", (7, 8), NOW + YEAR)
    return issuing.issue_cards(org, [replace(card, **more)], now=NOW)[0]  # type: ignore[arg-type]


def test_a_card_is_issued_once_with_its_money(org: int, hands: list[int]) -> None:
    """The same key again gives the same card and no more money; other words are refused."""
    card = issue(org, hands[0])
    assert (card.balance, card.held, card.rules, card.holder) == (200_00, 0, (7, 8), hands[0])
    assert issue(org, hands[0]) == card
    with pytest.raises(BadCard):
        issue(org, hands[0], face=300_00)
    assert [each.balance for each in reading.cards_of(org, hands[0], now=NOW)] == [200_00]


@pytest.mark.parametrize(
    "wrong", [{"face": 0}, {"face": -5}, {"expires_at": NOW}, {"face": 10**13}]
)
def test_a_card_that_cannot_be_is_refused(
    org: int, hands: list[int], wrong: dict[str, object]
) -> None:
    """Nothing is issued without an amount, or after its end."""
    with pytest.raises(BadCard):
        issue(org, hands[0], **wrong)
    assert reading.cards_of(org, hands[0], now=NOW) == []


def test_a_link_gives_the_card_to_one_other_person_once(org: int, hands: list[int]) -> None:
    """The first who claims has it with its money and rules; the second is told; the giver has none."""
    li, wang, chen = hands
    card = issue(org, li)
    link = sharing.share_card(org, card.id, li, now=NOW)
    offered = sharing.shared_card(link, now=NOW)
    assert offered is not None
    assert (offered.id, offered.holder) == (card.id, li)
    with pytest.raises(CardNotYours):
        sharing.claim_card(org, link, li, now=NOW)
    claimed = sharing.claim_card(org, link, wang, now=NOW)
    assert (claimed.holder, claimed.balance, claimed.rules) == (wang, 200_00, (7, 8))
    assert sharing.claim_card(org, link, wang, now=NOW) == claimed
    with pytest.raises(CardTaken):
        sharing.claim_card(org, link, chen, now=NOW)
    assert sharing.shared_card(link, now=NOW) is None
    assert reading.cards_of(org, li, now=NOW) == []
    moves = [each.move for each in reading.card_story(org, card.id)]
    assert moves == [CardMove.ISSUED, CardMove.SHARED, CardMove.CLAIMED]


def test_a_new_link_or_taking_back_kills_the_old_link(org: int, hands: list[int]) -> None:
    """Only the newest link works, and none after the giver thought better of it."""
    li, wang, _ = hands
    card = issue(org, li)
    old = sharing.share_card(org, card.id, li, now=NOW)
    new = sharing.share_card(org, card.id, li, now=NOW)
    with pytest.raises(CardTaken):
        sharing.claim_card(org, old, wang, now=NOW)
    sharing.keep_card(org, card.id, li, now=NOW)
    sharing.keep_card(org, card.id, li, now=NOW)
    with pytest.raises(CardTaken):
        sharing.claim_card(org, new, wang, now=NOW)
    with pytest.raises(CardNotYours):
        sharing.share_card(org, card.id, wang, now=NOW)


def test_a_link_that_expired_or_was_forged_gives_nothing(org: int, hands: list[int]) -> None:
    """A link lives as long as was said, and a changed letter makes it none."""
    card = issue(org, hands[0])
    link = sharing.share_card(org, card.id, hands[0], now=NOW, valid=timedelta(days=1))
    assert sharing.shared_card(link, now=NOW + timedelta(days=1)) is None
    with pytest.raises(BadToken):
        sharing.claim_card(org, link, hands[1], now=NOW + timedelta(days=1))
    forged = link[:-1] + ("A" if link[-1] != "A" else "B")
    with pytest.raises(BadToken):
        sharing.claim_card(org, forged, hands[1], now=NOW)
    other = orgs.create("other", "Other", zone="Asia/Shanghai", currency="CNY").id
    with pytest.raises(UnknownCard):
        sharing.claim_card(other, link, hands[1], now=NOW)


def test_a_card_pays_by_hold_and_gives_back(org: int, hands: list[int]) -> None:
    """What is held cannot be spent twice; a refund returns at most what was taken."""
    card = issue(org, hands[0])
    until = NOW + timedelta(minutes=15)

    def hold(key: str, amount: int) -> int:
        made = spending.hold_card(
            org, card.id, amount, key=key, until=until, reason="sale", now=NOW
        )
        return made.short

    assert hold("a", 150_00) == 0
    assert hold("b", 60_00) == 10_00
    spending.take_held(org, "a", key="a:done", amount=120_00, now=NOW)
    assert worth(org, card) == (80_00, 0)
    spending.refund_card(org, "a:done", key="a:back", amount=20_00, now=NOW)
    assert worth(org, card) == (100_00, 0)
    assert hold("c", 100_00) == 0
    spending.let_go(org, "c", key="c:off", now=NOW)
    assert worth(org, card) == (100_00, 0)


def test_a_hold_that_was_forgotten_runs_out(org: int, hands: list[int]) -> None:
    """Nobody has to clean up for the money to be there again."""
    card = issue(org, hands[0])
    until = NOW + timedelta(minutes=15)
    spending.hold_card(org, card.id, 200_00, key="a", until=until, reason="sale", now=NOW)
    later = reading.cards(org, [card.id], now=until)[0]
    assert (later.balance, later.held) == (200_00, 0)


def test_a_closed_or_expired_card_pays_nothing_more(org: int, hands: list[int]) -> None:
    """Closing takes the rest off the books; an expired card is worth nothing."""
    card, other = issue(org, hands[0]), issue(org, hands[0], "sale-2")
    closed = issuing.close_card(org, card.id, now=NOW)
    assert (closed.balance, closed.closed_at) == (0, NOW)
    assert issuing.close_card(org, card.id, now=NOW + YEAR).closed_at == NOW
    with pytest.raises(CardUnusable):
        spending.usable_card(org, card.id, now=NOW)
    assert reading.cards(org, [other.id], now=NOW + YEAR)[0].balance == 0
    with pytest.raises(CardUnusable):
        sharing.share_card(org, other.id, hands[0], now=NOW + YEAR)


def test_types_on_sale_are_those_that_were_said_last(org: int) -> None:
    """A type that is left out is no longer sold; cards that were sold stay as they are."""
    kinds.define_card_types(
        org, [CardType("a", "A", "CNY", 100_00, 365), CardType("b", "B", "CNY")]
    )
    kinds.define_card_types(org, [CardType("a", "A+", "CNY", 120_00, 365)])
    assert kinds.card_types(org) == [CardType("a", "A+", "CNY", 120_00, 365)]
    with pytest.raises(UnknownCard):
        kinds.card_type(org, "b")


def worth(org: int, card: Card) -> tuple[int, int]:
    now = reading.cards(org, [card.id], now=NOW)[0]
    return now.balance, now.held


@pytest.mark.parametrize("days", [0, 36_526, 9_999_999])
def test_a_card_that_outlives_the_calendar_is_not_on_sale(org: int, days: int) -> None:
    """It is refused when it is declared, not when somebody buys it."""
    with pytest.raises(BadCard):
        kinds.define_card_types(org, [CardType("ever", "Ever", "CNY", 100, days)])
