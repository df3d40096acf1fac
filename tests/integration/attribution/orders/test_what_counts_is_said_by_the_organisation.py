"""Windows by channel, and which touches count: said by the organisation, and all is judged anew."""

from datetime import date, timedelta

import pytest

from postlude.attribution import api as attribution
from postlude.kernel import clock
from postlude.kernel.errors import BadInput
from postlude.orgs import api as orgs
from postlude.tracking.types import Reason
from support.crediting import at


@pytest.fixture
def seen(shop):
    """A scanner opens a mail and a person clicks; both before one order."""
    shop.contacts = {"ann": 1}
    shop.touch("robot", "pixel", "ann", at("10:00:02"), reasons=Reason.KNOWN_BOT)
    shop.touch("click", "link", "ann", at("12:30:00"), channel="sms")
    shop.touch("other", "link", "ann", at("11:00:00"), channel="sms")
    shop.judge(click=True, other=False)
    shop.order("o6", at("12:50:00"), contact="ann")
    shop.heed()
    return shop


def test_whether_machines_open_is_the_organisations_word(seen):
    """The other reading of the example: without the scanner's pixel the text has it all."""
    assert {"o6": ("robot", "click")} == seen.credited()
    for counts, credited in (
        ("filtered", ("click", "click")),
        ("raw", ("robot", "click")),
        ("seed", ("robot", "click")),
    ):
        orgs.set_measuring(
            seen.org, from_day=date(2026, 3, 10), actor="ann", now=clock.now(), counts=counts
        )
        seen.look_again()
        assert {"o6": credited} == seen.credited()
    assert 3 == attribution.rule_of(seen.org).version


def test_what_is_said_of_a_later_day_leaves_it_as_it_was(seen):
    orgs.set_measuring(
        seen.org, from_day=date(2026, 3, 11), actor="ann", now=clock.now(), counts="filtered"
    )
    seen.look_again()
    assert {"o6": ("robot", "click")} == seen.credited()


def test_raw_takes_what_no_person_did(seen):
    seen.judge(click=False)
    orgs.set_measuring(
        seen.org, from_day=date(2026, 3, 10), actor="ann", now=clock.now(), counts="raw"
    )
    seen.heed()
    seen.look_again()
    assert {"o6": ("robot", "click")} == seen.credited()


def test_a_channel_may_have_a_window_of_its_own_with_its_edge(seen):
    def within(**windows: timedelta):
        attribution.credit_within(seen.org, windows, now=clock.now())
        seen.look_again()
        return seen.credited()["o6"]

    assert ("robot", "click") == within(sms=timedelta(minutes=20))
    assert ("robot", None) == within(sms=timedelta(minutes=20) - timedelta(seconds=1))
    assert ("click", "click") == within(email=timedelta(hours=1))
    # Said again it is nothing new.
    assert 3 == attribution.rule_of(seen.org).version
    within(email=timedelta(hours=1))
    assert 3 == attribution.rule_of(seen.org).version


@pytest.mark.parametrize("window", [timedelta(0), timedelta(days=32), timedelta(microseconds=5)])
def test_a_window_that_cannot_be_is_refused(shop, window):
    with pytest.raises(BadInput):
        attribution.credit_within(shop.org, {"email": window}, now=clock.now())


def test_a_receipt_says_why_each_was_taken_or_not(seen):
    seen.touch("late", "link", "ann", at("12:50:01"))
    seen.touch("old", "pixel", "ann", at("12:49:59", 9))
    seen.touch("new", "link", "ann", at("12:49:00"))
    seen.judge(late=True)
    seen.heed()
    names = {number: name for name, number in seen.touches.items()}
    receipt = attribution.receipt(seen.org, seen.orders["o6"])
    assert receipt.agrees
    why = {
        names[each.touch.touch]: (each.as_open.value, each.as_click.value) for each in receipt.lines
    }
    assert {
        "robot": ("chosen", "other_type"),
        "click": ("other_type", "chosen"),
        "other": ("other_type", "void"),
        "late": ("other_type", "after"),
        "old": ("before", "other_type"),
        "new": ("other_type", "pending"),
    } == why
    assert attribution.receipt(seen.org, 1) is None


def test_the_money_of_an_order_is_shared_among_its_clicks(seen):
    seen.judge(other=True)
    model = attribution.Model
    [order] = seen.orders.values()
    found = attribution.credits(seen.org, [order], model.LINEAR)[order]
    assert [500, 500] == [each.amount.minor for each in found]
    found = attribution.credits(seen.org, [order], model.LAST, lookback=timedelta(hours=1))[order]
    assert [(seen.touches["click"], 1_000)] == [
        (each.click.touch, each.amount.minor) for each in found
    ]
