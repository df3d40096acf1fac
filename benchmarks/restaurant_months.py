"""Two months of a restaurant chain on a fake clock, and a script that counts what came of them.

    python benchmarks/restaurant_months.py [--quick] [--json] [--engine sqlite|postgresql]
        [--guests N] [--days N] [--first DAY] [--zone ZONE]

20,000 customers and 62 days over the year's end (600 and 21 with --quick): they order, cancel,
rate, tell their birthday, spend points and say no. `playbooks/restaurant.yaml` writes to them
through the form gateway's simulator, a process of its own, which fails in one call of twelve. At
each look at the clock, an hour apart, the texts that reached the gateway are compared with a
plain reading of the spec. At the end `benchmarks/restaurant_figures.py` counts from the
gateway's log, the orders and the points, and the report has to say the same to the unit.
Anything else ends with an error.

Keys of --json: guests, days, orders, calls, texts (that arrived), blocked, cells (numbers that were
compared), minutes, cpu_minutes and rss_mib of Postlude's process, and sent and rate of each action.
"""

import argparse
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import httpx
from own_database import own_database

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))
FAULTS = (
    {"kind": "not_sent", "probability": 0.02, "seed": 1},
    {"kind": "server_error", "probability": 0.02, "seed": 2, "status": 500},
    {"kind": "drop_after", "probability": 0.01, "seed": 3},
    {"kind": "rate_limited", "probability": 0.02, "seed": 4},
    {"kind": "latency", "probability": 0.01, "seed": 5, "latency_ms": 30},
)


def main() -> None:
    arguments = read_arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the simulators end with us
    quick = arguments.quick
    guests = arguments.guests or (600 if quick else 20_000)
    days = arguments.days or (21 if quick else 62)
    with (
        tempfile.TemporaryDirectory(prefix="postlude-bench-") as kept,
        own_database(arguments.engine),
    ):
        figures = measure(arguments, guests, days, Path(kept))
    if not arguments.json:
        for name, value in figures.items():
            print(f"{name:>28}  {value}")
    print(json.dumps(figures))


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="600 customers, three weeks")
    parser.add_argument("--json", action="store_true", help="only the JSON object")
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--guests", type=int)
    parser.add_argument("--days", type=int)
    parser.add_argument("--first", type=date.fromisoformat, default=date(2026, 12, 18))
    parser.add_argument("--zone", default="Europe/Moscow")
    parser.add_argument("--seed", type=int, default=7)
    return parser.parse_args()


def measure(arguments: argparse.Namespace, guests: int, days: int, folder: Path) -> dict[str, Any]:
    import django

    django.setup()
    from django.core.management import call_command

    from postlude.kernel import clock
    from postlude.reports import api as reports
    from postlude.sandbox.client import SandboxClient
    from support.months import judging, scene
    from support.months.house import House
    from support.months.living import Months

    call_command("migrate", verbosity=0)
    invented = scene.invent(
        seed=arguments.seed, guests=guests, first=arguments.first, days=days, zone=arguments.zone
    )
    began = time.perf_counter()
    with sandbox() as address, clock.use(clock.FrozenClock(invented.begin)) as frozen:
        gateway = SandboxClient(address, timeout=60)
        gateway.set_faults("form_gateway", *FAULTS)
        os.environ["GATEWAY_URL"] = f"{address}/form_gateway/bonus/send-sms.html"
        os.environ["GATEWAY_KEY"] = "sandbox-gateway-key"
        months = Months(invented, House(gateway, frozen))
        months.live(playbook(folder, arguments.zone), progress(arguments))
        took = time.perf_counter() - began
        months.write(folder)
        org = months.house.org
        report = reports.notices_as_json(reports.notices(org, reports.notices_asked(org)))
        counted = judging.counted(
            folder, zone=arguments.zone, since=invented.begin, now=frozen.now()
        )
        wrong = [*judging.differences(report, counted)]
        wrong += judging.unbalanced(report, months.reading, frozen.now())
    if wrong:
        raise SystemExit("\n".join([f"{len(wrong)} numbers are wrong:", *wrong[:20]]))
    spent = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "guests": guests,
        "days": days,
        "orders": len(invented.orders),
        "calls": len(months.calls),
        "texts": sum(each.arrived for each in months.calls),
        "blocked": report["total"]["blocked"],
        "cells": sum(len(line[-1]) for lines in counted.values() for line in lines),
        "minutes": round(took / 60, 1),
        "cpu_minutes": round((spent.ru_utime + spent.ru_stime) / 60, 1),
        "rss_mib": round(spent.ru_maxrss / 1024),
        **{f"{kind}.{action}": [it["sent"], it["rate"]] for kind, action, it in counted["actions"]},
    }


def playbook(folder: Path, zone: str) -> Path:
    """Return the shipped playbook in the zone that is asked for, and with a quicker sender.

    At 10 texts a second, as it is, a window holds 10 of them and not 32; nothing else changes.
    """
    words = (ROOT / "playbooks" / "restaurant.yaml").read_text(encoding="utf-8")
    words = words.replace("zone: Europe/Moscow", f"zone: {zone}", 1)
    words = words.replace("via: form_gateway\n", "via: form_gateway\n    rate: 100\n", 1)
    path = folder / "restaurant.yaml"
    path.write_text(words, encoding="utf-8")
    return path


@contextmanager
def sandbox() -> Iterator[str]:
    """Run the simulators in a process of their own; give their address."""
    from postlude.sandbox.client import SandboxClient

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "postlude.wiring", "sandbox", "--port", str(port)]
    process = subprocess.Popen([*command, "--smtp-port", "0"])
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(150):
            try:
                SandboxClient(address).status()
                break
            except httpx.TransportError:
                time.sleep(0.2)
        yield address
    finally:
        process.terminate()
        process.wait(30)


def progress(arguments: argparse.Namespace) -> Any:
    """Return what draws a bar while it goes on, where somebody looks."""
    seen = sys.stderr.isatty() and not arguments.json
    began = time.perf_counter()

    def draw(done: int, of: int) -> None:
        if seen or done % 100 == 0:
            width = done * 40 // of
            minutes = (time.perf_counter() - began) / 60
            bar = f"{'█' * width:<40} {done}/{of} looks, {minutes:.1f} min"
            print(
                f"\r{bar}" if seen else bar, end="" if seen else "\n", file=sys.stderr, flush=True
            )

    return draw


if __name__ == "__main__":
    main()
