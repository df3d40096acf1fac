"""The funnel over a big sale, and the rows behind one of its numbers.

    python benchmarks/funnel.py [--quick] [--json] [--engine sqlite|postgresql] [--tickets N]

Makes a database of its own, fills it with 100,000 tickets (20,000 with --quick) of every fate, and
takes the best of three. Nothing leaves the machine.

Keys of --json: tickets, funnel_s (the whole funnel: every event, ticket type and day, with
medians), cell_rows_s (the first page of the tickets behind its largest number).
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="20,000 tickets")
    parser.add_argument("--json", action="store_true", help="only the JSON object")
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--tickets", type=int)
    arguments = parser.parse_args()
    tickets = arguments.tickets or (20_000 if arguments.quick else 100_000)
    folder = Path(tempfile.mkdtemp(prefix="postlude-bench-"))
    name = f"postlude_bench_{os.getpid()}"
    if arguments.engine == "postgresql":
        subprocess.run(["createdb", name], check=True)
        os.environ["POSTLUDE_DATABASE_URL"] = f"postgresql:///{name}"
    else:
        os.environ.pop("POSTLUDE_DATABASE_URL", None)
    os.environ |= {"POSTLUDE_HOME": str(folder), "POSTLUDE_LOG_LEVEL": "CRITICAL"}
    os.environ["DJANGO_SETTINGS_MODULE"] = "postlude.wiring.settings"
    try:
        figures = measure(tickets)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if arguments.engine == "postgresql":
            subprocess.run(["dropdb", "--if-exists", name], check=False)
    if not arguments.json:
        for key, value in figures.items():
            print(f"{key:>14}  {value}")
    print(json.dumps(figures))


def measure(tickets: int) -> dict[str, float]:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from postlude.orgs import api as orgs
    from postlude.reports import api as reports
    from support import a_walked_sale

    call_command("migrate", verbosity=0)
    org = orgs.create("bench", "Bench", zone="Asia/Taipei", currency="TWD").id
    a_walked_sale.fill(org, tickets)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    scope = reports.scope(org)
    figures = {
        "tickets": reports.funnel(org, scope).total.counts[0],
        "funnel_s": best(lambda: reports.funnel(org, scope)),
        "cell_rows_s": best(lambda: reports.rows(org, scope, "registered")),
    }
    connection.close()
    return figures


def best(action: Callable[[], object]) -> float:
    taken = []
    for _ in range(3):
        began = time.perf_counter()
        action()
        taken.append(time.perf_counter() - began)
    return round(min(taken), 3)


if __name__ == "__main__":
    main()
