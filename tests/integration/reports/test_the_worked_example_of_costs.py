"""The cost table of the worked example, to the cell: both ranges, both bases."""

from datetime import date
from decimal import Decimal

import pytest

from postlude.orgs import api as orgs
from postlude.orgs.types import Fee
from postlude.reports import api as reports
from postlude.reports.types.cost import Asked, Basis, Bill, CostReport
from support.measured import Shop
from support.worked_example import Example

TENTH, ELEVENTH = date(2026, 3, 10), date(2026, 3, 11)


@pytest.fixture
def example(place: Shop) -> Example:
    orgs.configure(place.org, fees={"email": Fee(50_00), "sms": Fee(10_00)})
    return Example(place).play()


def report(example: Example, until: date = ELEVENTH, basis: Basis = Basis.ORDER) -> CostReport:
    return reports.cost(example.shop.org, Asked(TENTH, until, basis=basis))


def money(it: Bill) -> tuple[int, int, int, Decimal | None]:
    return it.cost // 100, it.orders, it.revenue // 100, it.roas


def test_two_days(example: Example) -> None:
    found = report(example)
    mail, text = found.channels["email"], found.channels["sms"]
    assert (10, 2) == (mail.messages, mail.tests), "what filters tests away counts 8"
    assert (500, 6, 3600, Decimal("720.00")) == money(mail)
    assert (4, 6, 2) == (text.messages, text.segments, text.test_segments)
    assert (60, 2, 900, Decimal("1500.00")) == money(text)
    assert (560, 6, 3600, Decimal("642.86")) == money(found.total)


def test_the_first_day_by_the_time_of_orders_and_by_what_was_sent(example: Example) -> None:
    assert (500, 5, 2800) == money(report(example, TENTH).channels["email"])[:3]
    found = report(example, TENTH, Basis.SEND)
    assert (500, 6, 3600) == money(found.channels["email"])[:3]
    assert (60, 2, 900) == money(found.channels["sms"])[:3]
    assert (560, 6, 3600) == money(found.total)[:3]


def test_what_a_message_cost_when_it_went_is_what_it_cost(example: Example) -> None:
    """A fee of today changes no bill of yesterday, but where nothing was written down."""
    shop = example.shop
    shop.send(example.people[1], example.at("11T10:00:00"), cost=7_00)
    shop.work()
    orgs.configure(shop.org, fees={"email": Fee(0), "sms": Fee(10_00)})
    mail = report(example).channels["email"]
    assert (11, 7, 0) == (mail.messages, mail.cost // 100, mail.fee)
    assert Decimal("51428.57") == mail.roas


def test_nothing_paid_has_no_ratio(example: Example) -> None:
    orgs.configure(example.shop.org, fees={"email": Fee(0)})
    assert report(example).channels["email"].roas is None


def test_a_mail_costs_one_unit_while_nobody_says_and_a_text_nothing(place: Shop) -> None:
    found = report(Example(place).play())
    assert (1_00, True, 10_00) == (
        found.channels["email"].fee,
        found.channels["email"].is_usual_fee,
        found.channels["email"].cost,
    )
    assert (0, True, 0) == (
        found.channels["sms"].fee,
        found.channels["sms"].is_usual_fee,
        found.channels["sms"].cost,
    )
    assert ("email", "sms", "push") == found.names, "push always, others once they are used"


def test_a_ratio_is_rounded_half_up() -> None:
    assert Decimal("0.13") == Bill(cost=80_000, revenue=100).roas, "0.125"
    assert Decimal("112.35") == Bill(cost=20_000, revenue=22_469).roas, "112.345"


def test_other_currencies_are_in_no_ratio(place: Shop) -> None:
    from postlude.attribution.models import OrderCredit

    example = Example(place).play()
    OrderCredit.objects.filter(uid="o1").update(currency="USD")
    mail = report(example).channels["email"]
    assert (6, 2600_00, {"USD": 1000_00}) == (mail.orders, mail.revenue, mail.elsewhere)


def test_one_channel_is_asked_for(example: Example) -> None:
    asked = Asked(TENTH, ELEVENTH, ("sms",))
    found = reports.cost(example.shop.org, asked)
    assert ("sms",) == found.names
    assert (60, 2, 900, Decimal("1500.00")) == money(found.total)
