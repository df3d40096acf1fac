"""At night every credit and every rollup is held against the facts; a difference is an alarm."""

import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from postlude.attribution.models import OrderCredit
from postlude.chatops import jobs as chat
from postlude.chatops.models import Alert
from postlude.kernel import clock as kernel_clock
from postlude.kernel import jobs, nightly, store, work
from postlude.kernel.models import WorkRow
from postlude.reports.models import Count
from postlude.wiring import examination, registry
from postlude.wiring.cli.commands import run
from support.crediting import Shop as Orders
from support.measured import Shop

NIGHT = datetime(2026, 3, 12, 2, tzinfo=ZoneInfo("Asia/Taipei"))
JOBS = ("attribution.check_at_night", "reports.check_at_night")


@pytest.fixture
def clock():
    with kernel_clock.use(kernel_clock.FrozenClock(NIGHT)) as it:
        yield it


@pytest.fixture
def shop(org, clock, settings, tmp_path) -> Orders:
    """A shop that has sold and written, all of it worked off."""
    settings.POSTLUDE_STAMP_FILE = tmp_path / "epoch.stamp"
    work.unsubscribe_all()
    registry._done.clear()
    registry.register_all()
    place, shop = Shop(org.id), Orders(org.id)
    at = NIGHT - timedelta(days=1)
    shop.contacts = {"ann": 1}
    for name in ("A-1", "A-2"):
        shop.order(name, at, contact="ann")
    for contact in (1, 2):
        place.touch(place.send(contact, at), "open", at + timedelta(minutes=1))
    shop.settle()
    place.work()
    WorkRow.objects.all().delete()
    return shop


def found(org: int) -> dict[str, int]:
    return {each.name: each.differing for each in nightly.known(org)}


def spoil() -> None:
    with store.write():
        OrderCredit.objects.filter(uid="A-1").update(amount_minor=1)
        Count.objects.update(n=99)


def night(org: int) -> dict[str, int]:
    for name in JOBS:
        jobs.run_once(name)
    return found(org)


def test_what_is_right_is_found_right(shop):
    assert {"attribution": 0, "reports": 0} == night(shop.org)
    assert {"attribution": 2, "reports": 1} == {
        each.name: each.looked for each in nightly.checks(shop.org)
    }


def test_what_differs_is_an_alarm_everywhere_until_it_is_mended(shop, org, settings, capsys):
    spoil()
    assert {"attribution": 1, "reports": 1} == night(shop.org)
    chat.watch(jobs.Budget(5))
    kinds = [(each.kind, each.subject) for each in Alert.objects.exclude(state="recovered")]
    assert {("figures_differ", "attribution"), ("figures_differ", "reports")} <= set(kinds)
    words = [each.what for each in examination._checks(False) if each.level == "problem"]
    assert 2 == len([each for each in words if each.startswith("figures_differ: 1 ")])
    settings.POSTLUDE_METRICS_TOKEN = "scrape-me"
    page = Client().get("/metrics", headers={"Authorization": "Bearer scrape-me"}).content.decode()
    for name in found(shop.org):
        assert f'postlude_check_differences{{check="{name}",org="{org.slug}"}} 1.0' in page
    assert 0 == run(["checks", "list", "--org", org.slug, "--json"])
    listed = json.loads(capsys.readouterr().out)["checks"]
    assert {"postlude attribution recompute", "postlude reports rebuild"} == {
        each["mend"] for each in listed
    }
    assert 5 == run(["checks", "run", "--org", org.slug])
    for mend in (["attribution", "recompute"], ["reports", "rebuild"]):
        assert 0 == run([*mend, "--org", org.slug])
    assert 0 == run(["checks", "run", "--org", org.slug])
    assert {"attribution": 0, "reports": 0} == found(shop.org)
    chat.watch(jobs.Budget(5))
    assert [] == list(Alert.objects.filter(kind="figures_differ").exclude(state="recovered"))


def test_news_that_waits_is_no_alarm(shop, clock):
    spoil()
    with store.write():
        work.publish("order.told", shop.org, ["A-1"])
        work.publish("message.counted", shop.org, ["nothing"])
    for name in ("credit", "reports"):
        assert WorkRow.objects.filter(consumer=name).exists()
    assert 0 == sum(night(shop.org).values())
    assert not [each for each in nightly.checks(shop.org) if each.ended_at]
    WorkRow.objects.all().delete()
    assert {"attribution": 1, "reports": 1} == night(shop.org)


def test_by_day_nobody_is_disturbed(shop, clock):
    clock.advance(seconds=10 * 3600)
    assert {} == night(shop.org)
