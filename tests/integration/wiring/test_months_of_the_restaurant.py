"""Weeks of the restaurant playbook, with a gateway that fails, against a plain reading of it.

Each look at the clock is compared: the texts that reached the gateway are those that a plain reading
of the spec says. At the end a script that knows nothing of Postlude counts what came of them, from
the gateway's log, the orders and the points, and the report says the same to the unit.
`benchmarks/restaurant_months.py` is the same with 20,000 customers and two months.
"""

from datetime import date
from pathlib import Path

import pytest

from postlude.kernel import clock as kernel_clock
from postlude.reports import api as reports
from postlude.sandbox.server import Sandbox
from support.months import judging
from support.months.house import House
from support.months.living import Months
from support.months.scene import invent

PLAYBOOK = Path(__file__).resolve().parents[3] / "playbooks" / "restaurant.yaml"
FAULTS = (
    {"kind": "not_sent", "probability": 0.03, "seed": 1},
    {"kind": "server_error", "probability": 0.02, "seed": 2, "status": 500},
    {"kind": "drop_after", "probability": 0.02, "seed": 3},
    {"kind": "rate_limited", "probability": 0.02, "seed": 4},
    {"kind": "latency", "probability": 0.02, "seed": 5, "latency_ms": 50},
)
EVERYTHING = (
    "sent",
    "unknown",
    "blocked",
    "failed",
    "reacted",
    "no_reaction",
    "waiting",
    "credited",
    "revenue",
)


@pytest.mark.shared_out
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("zone", "first", "days"),
    [("Europe/Moscow", date(2026, 12, 17), 17), ("Europe/Berlin", date(2027, 3, 17), 17)],
    ids=["over the year end", "while the clocks change"],
)
def test_the_report_is_what_a_script_counts_from_the_gateways_log(  # noqa: PLR0917
    db: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    zone: str,
    first: date,
    days: int,
) -> None:
    scene = invent(seed=7, guests=100, first=first, days=days, zone=zone)
    with (
        Sandbox() as sandbox,
        kernel_clock.use(kernel_clock.FrozenClock(scene.begin)) as clock,
    ):
        url = sandbox.url("form_gateway") + "/bonus/send-sms.html"
        monkeypatch.setenv("GATEWAY_URL", url)
        monkeypatch.setenv("GATEWAY_KEY", "sandbox-gateway-key")
        sandbox.client.set_faults("form_gateway", *FAULTS)
        months = Months(scene, House(sandbox.client, clock))
        months.live(in_zone(tmp_path, zone))
        now = clock.now()
        months.write(tmp_path)
        found = reports.notices(months.house.org, reports.notices_asked(months.house.org))
        report = reports.notices_as_json(found)
    figures = judging.counted(tmp_path, zone=zone, since=scene.begin, now=now)
    assert [] == list(judging.differences(report, figures))
    assert [] == list(judging.unbalanced(report, months.reading, now))
    assert [] == [name for name in EVERYTHING if not report["total"][name]]
    assert 7 == len(figures["actions"])
    figures["weeks"][0][-1]["sent"] += 1
    assert 1 == len(list(judging.differences(report, figures)))


def in_zone(folder: Path, zone: str) -> Path:
    """Return the playbook as it is, but for the zone."""
    words = PLAYBOOK.read_text(encoding="utf-8")
    assert "zone: Europe/Moscow" in words
    path = folder / "restaurant.yaml"
    path.write_text(words.replace("zone: Europe/Moscow", f"zone: {zone}"), encoding="utf-8")
    return path
