"""How many grants and spends a second the points ledger takes, in transactions of 500 people.

    python benchmarks/ledger.py [--quick] [--json]

Makes a fresh database of each engine (PostgreSQL: POSTLUDE_TEST_POSTGRESQL, else the standard
socket; left out when there is none), gives points to each person once, spends from each, one
transaction a batch, one client, durable commits. Then counts every sum anew.

Keys of --json: grants_per_s_sqlite, grants_per_s_postgresql, spends_per_s_sqlite,
spends_per_s_postgresql (people a second, the median batch), people, batch.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

BATCH = 500
AT = datetime(2026, 3, 1, tzinfo=UTC)
KEYS = "1:" + "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="5,000 people instead of 50,000")
    parser.add_argument("--json", action="store_true", help="only the JSON object")
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    people = 5_000 if arguments.quick else 50_000
    if arguments.engine:
        print(json.dumps(measure(people)))
        return
    figures: dict[str, Any] = {"people": people, "batch": BATCH}
    for engine in ("sqlite", "postgresql"):
        found = run(engine, quick=arguments.quick)
        figures |= {f"{name}_{engine}": value for name, value in found.items()}
    if not arguments.json:
        for name, value in figures.items():
            print(f"{name:>28}  {value}")
    print(json.dumps(figures))


def run(engine: str, *, quick: bool) -> dict[str, Any]:
    """Measure one engine in a process of its own, on a database of its own."""
    with tempfile.TemporaryDirectory(prefix="postlude-ledger-") as home:
        name = f"postlude_ledger_{os.getpid()}"
        server = os.environ.get("POSTLUDE_TEST_POSTGRESQL", "postgresql:///postgres")
        there = server.rpartition("/")[0] + "/" + name
        url = f"sqlite:///{home}/ledger.sqlite3" if engine == "sqlite" else there
        if engine == "postgresql" and not _psql(server, f"CREATE DATABASE {name}"):
            return {"grants_per_s": None, "spends_per_s": None}
        settings = {"POSTLUDE_HOME": home, "POSTLUDE_DATABASE_URL": url}
        keys = {"DJANGO_SETTINGS_MODULE": "postlude.wiring.settings", "POSTLUDE_SECRET_KEYS": KEYS}
        command = [sys.executable, __file__, "--engine", engine, *(["--quick"] if quick else [])]
        try:
            done = subprocess.run(
                command, env={**os.environ, **settings, **keys}, stdout=subprocess.PIPE, check=True
            )
        finally:
            if engine == "postgresql":
                _psql(server, f"DROP DATABASE {name}")
    return dict(json.loads(done.stdout))


def _psql(server: str, statement: str) -> bool:
    import psycopg

    try:
        with psycopg.connect(server, autocommit=True, connect_timeout=3) as connection:
            connection.execute(statement)  # type: ignore[call-overload]
    except psycopg.Error:
        return False
    return True


def measure(people: int) -> dict[str, Any]:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    from postlude.orgs import api as orgs
    from postlude.rewards import api as rewards
    from postlude.rewards.types.points import Give, Take

    org = orgs.create("bench", "Bench", zone="UTC", currency="TWD").id
    end = AT + timedelta(days=14)
    batches = [range(start, start + BATCH) for start in range(1, people, BATCH)]

    def give(contacts: range) -> None:
        gives = [Give(f"g{n}", n, 100, "invite", expires_at=end) for n in contacts]
        rewards.give_many(org, gives, now=AT)

    def spend(contacts: range) -> None:
        takes = [Take(f"s{n}", n, 30, "order") for n in contacts]
        rewards.take_many(org, takes, now=AT)

    figures = {"grants_per_s": timed(batches, give), "spends_per_s": timed(batches, spend)}
    assert rewards.check_points(org) == []
    return figures


def timed(batches: list[range], work: Callable[[range], None]) -> int:
    """Return people a second in the median batch; others use this machine too."""
    took = []
    for batch in batches:
        started = time.perf_counter()
        work(batch)
        took.append(time.perf_counter() - started)
    return round(BATCH / statistics.median(took))


if __name__ == "__main__":
    main()
