"""The funnel over a big sale, and the rows behind one of its numbers.

    python benchmarks/funnel.py [--quick] [--json] [--engine sqlite|postgresql] [--tickets N]

Makes a database of its own, fills it with 100,000 tickets (20,000 with --quick) of every fate, and
takes the best of three. Nothing leaves the machine.

Keys of --json: tickets, funnel_s (the whole funnel: every event, ticket type and day, with
medians), cell_rows_s (the first page of the tickets behind its largest number).
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from own_database import analyze, own_database, ready

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
    with own_database(arguments.engine):
        figures = measure(tickets)
    if not arguments.json:
        for key, value in figures.items():
            print(f"{key:>14}  {value}")
    print(json.dumps(figures))


def measure(tickets: int) -> dict[str, float]:
    org = ready()
    from django.db import connection

    from postlude.reports import api as reports
    from support import a_walked_sale

    a_walked_sale.fill(org, tickets)
    analyze()
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
