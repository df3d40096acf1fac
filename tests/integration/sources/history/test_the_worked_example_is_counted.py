"""The worked example, loaded from a file: clicks judged, orders credited, both reports to the cell."""

from datetime import date
from decimal import Decimal

import pytest

from postlude.kernel import jobs
from postlude.orgs import api as orgs
from postlude.orgs.types import Fee
from postlude.reports import api as reports
from postlude.reports.types import channel, cost

from .conftest import EXAMPLE, History

TENTH, ELEVENTH = date(2026, 3, 10), date(2026, 3, 11)
_BOOKS = ("kernel.work", "tracking.", "attribution.", "reports.")


@pytest.fixture
def counted(history: History) -> History:
    orgs.configure(history.org, fees={"email": Fee(50_00), "sms": Fee(10_00)})
    assert not history.load(EXAMPLE).rejected
    for _ in range(3):  # what is judged is news to those who credit and count
        jobs.run_until_idle()
        for each in list(jobs._jobs.values()):
            if each.name.startswith(_BOOKS):
                each.run(jobs.Budget(60))
    jobs.run_until_idle()
    return history


def _report(history: History, *channels: str) -> channel.Tally:
    return reports.channel(history.org, channel.Asked(TENTH, TENTH, channels)).total


def _bought(it: channel.Conversion) -> tuple[int, int]:
    return it.orders.total, it.revenue.get("TWD", 0) // 100


def test_the_reports_are_those_of_the_example(counted: History) -> None:
    mail, text, both = (_report(counted, *each) for each in (("email",), ("sms",), ()))
    human = channel.Reading.HUMAN
    assert (mail.sent, mail.blocked, mail.failed) == (8, 1, 1)
    assert f"{mail.delivered_rate:.2%}" == "87.50%"
    assert (mail.opened(human).total, mail.clicked(human).total) == (5, 3)
    assert _bought(mail.open_orders) == (6, 3600)
    assert _bought(mail.click_orders) == (3, 2500)
    assert _bought(mail.session_orders) == (1, 1000)
    assert (text.sent, text.opened(human).total, text.clicked(human).total) == (3, 2, 2)
    assert _bought(text.open_orders) == _bought(text.click_orders) == (2, 900)
    assert _bought(both.open_orders) == (6, 3600)


def test_what_it_cost(counted: History) -> None:
    found = reports.cost(counted.org, cost.Asked(TENTH, ELEVENTH, basis=cost.Basis.ORDER))
    mail, text = found.channels["email"], found.channels["sms"]
    assert (mail.messages, mail.tests, mail.cost // 100, mail.orders) == (10, 2, 500, 6)
    assert (text.messages, text.segments, text.test_segments, text.cost // 100) == (4, 6, 2, 60)
    assert (mail.roas, text.roas) == (Decimal("720.00"), Decimal("1500.00"))
    assert found.total.roas == Decimal("642.86")
