"""How a sale becomes its invitation, while Gather and Mailgun fail now and then.

The figures are those of `make bench` in small; docs/reference/performance.md has the whole. How many
seconds it takes depends on the machine and is measured there; what may never happen is asserted here.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from postlude.kernel import clock, jobs
from postlude.sandbox.server import Sandbox
from support.whole_house import House, whole_house

BENCHMARK = Path(__file__).resolve().parents[2] / "benchmarks" / "tickets.py"
INTERVAL = timedelta(minutes=2)
BURST = 200
SALES = 50 + BURST

pytestmark = pytest.mark.timeout(1800)


@pytest.fixture(scope="module")
def figures(pytestconfig: pytest.Config, django_db_setup: None) -> dict[str, Any]:
    """Five sales a second for ten seconds, then 83 a second; 10 % 429 and 5 % 500 all the time."""
    engine = pytestconfig.getoption("--engine")
    command = [sys.executable, str(BENCHMARK), "--quick", "--json", "--engine", engine]
    command += ["--sales", str(BURST)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    assert 0 == done.returncode, done.stderr[-2_000:]
    return dict(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.shared_out
def test_in_a_rush_nobody_is_lost_and_nobody_hears_twice(figures: Any) -> None:
    assert (SALES, 0, 0) == (figures["sales"], figures["lost"], figures["duplicates"])
    assert SALES == figures["invited"] + figures["unknown"]
    assert 0 < figures["webhook_to_accepted_p95_s"]
    assert 0 < figures["burst_p95_s"]


@pytest.fixture
def house(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> Iterator[House]:
    with Sandbox() as sandbox, whole_house(sandbox, tmp_path, monkeypatch, settings) as it:
        yield it


def work(house: House) -> None:
    """What the workers do: poll when it is due, and everything that follows."""
    jobs.run_once("sources.poll")
    house.drain()


def test_without_a_webhook_it_takes_the_polls_interval(house: House) -> None:
    house.client.configure("kktix", webhook_url=None)
    now = clock.now()
    with clock.use(clock.FrozenClock(now)) as frozen:
        work(house)
        house.sell("ann@example.test")
        frozen.advance(seconds=INTERVAL.total_seconds() - 30)
        work(house)
        assert [] == house.client.mails()
        frozen.advance(seconds=30)
        work(house)
    assert 1 == len(house.client.mails(to="ann@example.test"))
