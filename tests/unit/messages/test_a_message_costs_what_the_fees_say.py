from postlude.messages import pricing
from postlude.orgs.types import Fee, Fees

FEES = Fees({"sms": Fee(135), "every8d": Fee(80), "card": Fee(0, 28)})


def test_each_segment_is_paid_for() -> None:
    assert 405 == pricing.cost(FEES, ("form_gateway", "sms"), 3)


def test_the_fee_of_the_channel_wins_over_that_of_its_medium() -> None:
    assert 160 == pricing.cost(FEES, ("every8d", "sms"), 2)


def test_no_fee_is_no_cost_and_a_fee_of_nothing_is_a_cost() -> None:
    assert pricing.cost(FEES, ("mailgun", "email"), 1) is None
    assert 0 == pricing.cost(Fees({"email": Fee()}), ("mailgun", "email"), 1)
