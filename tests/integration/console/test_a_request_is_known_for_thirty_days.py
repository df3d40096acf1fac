"""What was asked under a key is forgotten after 30 days; nothing is done twice for that."""

from datetime import UTC, datetime, timedelta

import pytest

from postlude.console.api import forget_requests
from postlude.console.models import ApiRequest
from postlude.kernel import ids, jobs, purging
from support import shop_rules
from support.shop_rules import Till

KEEP = timedelta(days=30)


@pytest.fixture
def till(db, clock) -> Till:
    return shop_rules.open_shop(clock)


def grant(till: Till, units: str, **more: object):
    amount = {"amount": units, "currency": "points"}
    body = {"contact": till.token, "amount": amount, "reason": "tea", **more}
    return till.post("/points/grant", body, "tea-1")


def test_it_is_known_till_then_and_not_after(till: Till) -> None:
    grant(till, "100")
    made = datetime.now(UTC)  # ids are of real time
    assert 0 == forget_requests(made + KEEP - timedelta(hours=1))
    assert 1 == forget_requests(made + KEEP + timedelta(hours=1))
    assert not ApiRequest.objects.exists()


@pytest.mark.parametrize("days", [{}, {"days": 14}])
def test_a_forgotten_request_is_not_done_again(till: Till, days: dict[str, int]) -> None:
    """Word for word it says that it was done; what counts from now is another request by now."""
    grant(till, "100", **days)
    ApiRequest.objects.all().delete()
    till.clock.advance(days=1)
    again = grant(till, "100", **days)
    assert (409 if days else 200) == again.status_code
    assert days or again.json()["replayed"]
    assert 409 == grant(till, "101", **days).status_code
    assert 100 == till.balance()


def test_the_housekeeping_forgets_them_a_few_at_a_time(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purging, "_AT_ONCE", 2)
    grant(till, "100")
    (asked,) = ApiRequest.objects.all()
    old = ids.first_of(till.clock.now() - KEEP - timedelta(days=1))
    ApiRequest.objects.bulk_create(
        ApiRequest(id=old + each, org_id=asked.org_id, key=f"old-{each}", digest="", at=asked.at)
        for each in range(5)
    )
    jobs.run_once("kernel.purge")
    assert [asked.id] == list(ApiRequest.objects.values_list("id", flat=True))
