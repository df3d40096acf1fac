"""A year ago: the worked example, loaded and worked off; and what everybody says of it."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from postlude.activity.models import Activity
from postlude.attribution import api as attribution
from postlude.kernel import clock as kernel_clock
from postlude.kernel import jobs, nightly, store, work
from postlude.kernel.jobs import Budget
from postlude.kernel.models import WorkRow
from postlude.orgs import api as orgs
from postlude.orgs.types import Fee, OrgRef
from postlude.reports import api as reports
from postlude.reports.retention import QUIET, REST
from postlude.reports.rollups import rebuilding
from postlude.reports.types import channel, cost
from postlude.sources import api as sources
from postlude.sources.api import LoadReport
from postlude.tracking.models import Clicker, Touch, Unjudged, Verdict
from postlude.wiring import registry

EXAMPLE = Path(__file__).parents[1] / "sources" / "history" / "worked_example_1.ndjson"
TENTH, ELEVENTH = date(2026, 3, 10), date(2026, 3, 11)
LOADED = datetime(2026, 4, 1, 2, tzinfo=UTC)
LATER = datetime(2027, 6, 1, 2, tzinfo=UTC)
GONE = (0, 0, 0, 0, 0)
_BOOKS = ("kernel.work", "tracking.", "attribution.", "reports.news", "reports.rebuild")


class Died(BaseException):
    """As a kill would: nothing of ours catches it."""


class Past:
    """An organisation whose spring of 2026 is long over."""

    def __init__(self, ref: OrgRef, clock: kernel_clock.FrozenClock, folder: Path) -> None:
        self.ref, self.org, self.clock, self.folder = ref, ref.id, clock, folder

    def load(self, path: Path, **more: Any) -> LoadReport:
        return sources.load_facts(self.org, path, now=kernel_clock.now(), **more)

    def tell(self, *facts: Any, **more: Any) -> LoadReport:
        path = self.folder / f"facts{len(list(self.folder.iterdir()))}.ndjson"
        path.write_text("".join(json.dumps(each) + "\n" for each in facts))
        return self.load(path, **more)

    def work(self) -> None:
        """Let all news be worked off; what is judged is news to those who credit and count."""
        WorkRow.objects.update(lease_until=None, owner="")
        for _ in range(3):
            jobs.run_until_idle()
            for each in list(jobs._jobs.values()):
                if each.name.startswith(_BOOKS):
                    each.run(Budget(60))
        jobs.run_until_idle()

    def go_to(self, when: datetime) -> None:
        self.clock.advance(seconds=(when - self.clock.now()).total_seconds())

    def retain(self) -> int:
        """Look as often as has to be looked before what is closed is final."""
        return sum(reports.retain_org(self.ref, Budget(60)) for _ in range(QUIET))

    def raw(self) -> tuple[int, ...]:
        """Return how many hits there are, and how much is said of them."""
        models = (Touch, Verdict, Clicker, Unjudged, Activity)
        return tuple(each._default_manager.count() for each in models)

    def said(self) -> dict[str, Any]:
        """Return all that reports and receipts say of then, to the cell."""
        day = timedelta(days=1)
        found: dict[str, Any] = {}
        for since, until in ((TENTH, TENTH), (TENTH, ELEVENTH), (TENTH - 9 * day, TENTH + 9 * day)):
            for counts in channel.Reading:
                for basis in channel.Basis:
                    for names in ((), ("email",), ("sms",)):
                        asked = channel.Asked(since, until, names, "", "", basis, counts)
                        told = reports.channel_as_json(reports.channel(self.org, asked))
                        found[f"{since} {until} {counts} {basis} {names}"] = told
            for number in reports.ChannelNumber:
                rows = reports.channel_rows(self.org, channel.Asked(since, until), number)
                found[f"{since} {until} {number}"] = rows
            for each in cost.Basis:
                told = reports.cost(self.org, cost.Asked(since, until, basis=each))
                found[f"cost {since} {each}"] = reports.cost_as_json(told)
        for told in found.values():
            if isinstance(told, dict):
                told.pop("as_of", None)
        found["sources"] = attribution.by_source(self.org, TENTH, ELEVENTH)
        found["orders"] = self.orders()
        found["cells"] = [
            store.rows_sql(f"SELECT * FROM {name} ORDER BY id")
            for name in ("reports_count", "reports_sent", "reports_people")
        ]
        return found

    def orders(self) -> list[tuple[Any, ...]]:
        return store.rows_sql(
            "SELECT * FROM attribution_facts_order WHERE org = %s ORDER BY uid", [self.org]
        )

    def differing(self) -> list[Any]:
        """Return what the checks of the night find, and those by hand."""
        for check in (attribution.check_orders, reports.check_rollups):
            check(self.ref, until=lambda: False, whatever=True)
        found: list[Any] = [each for each in nightly.known(self.org) if each.differing]
        assert all(each.ended_at for each in nightly.checks(self.org, limit=2))
        found += rebuilding.differences(self.org)
        now = kernel_clock.now()
        return found + list(attribution.recompute_orders(self.org, now=now, mend=False).differences)

    def mend(self) -> None:
        """Let everything be counted and judged again by hand, as if something were wrong."""
        list(reports.rebuild(self.org, again=True))
        attribution.recompute_orders(self.org, now=kernel_clock.now())
        self.work()


@pytest.fixture
def past(org, settings, tmp_path) -> Iterator[Past]:
    """The worked example of March 2026, counted in April; the clock stands at June 2027."""
    settings.POSTLUDE_STAMP_FILE = tmp_path / "epoch.stamp"
    work.unsubscribe_all()
    registry._done.clear()
    registry.register_all()
    orgs.configure(org.id, fees={"email": Fee(50_00), "sms": Fee(10_00)})
    folder = tmp_path / "facts"
    folder.mkdir()
    with kernel_clock.use(kernel_clock.FrozenClock(LOADED)) as it:
        past = Past(org, it, folder)
        assert not past.load(EXAMPLE).rejected
        past.work()
        past.retain()
        assert [] == past.differing()
        past.go_to(LATER - REST)  # when it is written down what is due
        assert past.retain() == 0
        past.go_to(LATER)
        yield past
