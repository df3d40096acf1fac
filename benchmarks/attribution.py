"""What it costs to credit orders among random facts, and whether it is what a plain reading says.

    python benchmarks/attribution.py [--facts 1000000] [--quick] [--json] [--engine NAME]

Of the facts 60 % are touches (half of them opens), 20 % page views, 20 % orders, spread evenly over
30 days and people with some twenty facts each. Every order is judged once, then all are walked
by the check, then compared with a plain reading: each person's touches in a list, by bisection.

Keys of --json, by engine: judged_per_s and judged_cpu_us (processor time of our process for one
order), checked_per_s, differences (of the check) and otherwise (of the plain reading): both 0;
again_per_s: orders judged once more without anything to write.
"""

import argparse
import json
import random
import subprocess
import sys
import time
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from own_database import analyze, own_database, ready

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
SPAN = 30 * 86_400
DAY = 86_400
BATCH = 5_000
Facts = dict[str, list[tuple[int, ...]]]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--facts", type=int, default=1_000_000)
    parser.add_argument("--quick", action="store_true", help="20,000 facts")
    parser.add_argument("--json", action="store_true", help="one JSON object alone")
    parser.add_argument("--engine", choices=("sqlite", "postgresql"))
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    count = 20_000 if arguments.quick else arguments.facts
    if arguments.inside:
        with own_database(arguments.engine):
            print(json.dumps(measure(count)))
        return
    figures: dict[str, Any] = {"facts": count}
    for engine in (arguments.engine,) if arguments.engine else ("sqlite", "postgresql"):
        words = [sys.executable, str(Path(__file__).resolve()), "--inside", "--engine", engine]
        done = subprocess.run(
            [*words, "--facts", str(count)], stdout=subprocess.PIPE, text=True, check=True
        )
        found = json.loads(done.stdout.splitlines()[-1])
        figures |= {f"{name}_{engine}": value for name, value in found.items()}
    if not arguments.json:
        for name, value in figures.items():
            print(f"{name:>28}  {value}")
    print(json.dumps(figures))


def invent(count: int) -> Facts:
    """Return facts as seconds: touches (contact, second, open, human), views and orders."""
    dice = random.Random(7)
    people = max(1, count // 20)

    def some(share: float, *more: Callable[[], int]) -> list[tuple[int, ...]]:
        return [
            (dice.randrange(people) + 1, dice.randrange(SPAN), *(each() for each in more))
            for _ in range(int(count * share))
        ]

    return {
        "touches": some(0.6, lambda: dice.randrange(2), lambda: int(dice.random() < 0.8)),
        "views": some(0.2),
        "orders": some(0.2),
    }


def measure(count: int) -> dict[str, Any]:
    org = ready()
    facts = invent(count)
    fill(org, facts)
    analyze()
    from postlude.attribution import api as attribution
    from postlude.attribution.orders.judging import judge
    from postlude.kernel import clock, store

    orders = [row[0] for row in store.rows_sql("SELECT order_id FROM orders_facts_shop_order")]
    figures: dict[str, Any] = {}
    for name in ("judged", "again"):
        begun, cpu = time.monotonic(), time.process_time()
        for part in store.chunks(orders, BATCH):
            judge(org, part, now=clock.now())
        figures[f"{name}_per_s"] = round(len(orders) / (time.monotonic() - begun))
        figures[f"{name}_cpu_us"] = round((time.process_time() - cpu) / len(orders) * 1e6)
    begun = time.monotonic()
    checked = attribution.recompute_orders(org, now=clock.now(), mend=False)
    figures["checked_per_s"] = round(checked.looked_at / (time.monotonic() - begun))
    figures["differences"] = len(checked.differences)
    figures["otherwise"] = otherwise(org, facts)
    return figures


def fill(org: int, facts: Facts) -> None:
    from postlude.activity import api as activity
    from postlude.activity.types import ActivitySeen, Kind
    from postlude.kernel import store
    from postlude.kernel.money import Money
    from postlude.messages.types import TokenOwner
    from postlude.orders import api as orders
    from postlude.orders.api import ShopOrderSeen, Stage
    from postlude.tracking import api as tracking
    from postlude.tracking.models import Verdict
    from postlude.tracking.types import Hit, TouchKind

    late = BEGIN + timedelta(seconds=SPAN)
    for first, part in parts(facts["touches"]):
        hits = [
            Hit(
                TouchKind.OPEN if opened else TouchKind.CLICK,
                number,
                at(second),
                event_id=str(number),
                owner=TokenOwner(org, number, contact, "email", False, f"n{number % 60}"),
            )
            for number, (contact, second, opened, _) in enumerate(part, start=first + 1)
        ]
        tracking.record_many(org, hits, now=late)
    human = [bool(each[3]) for each in facts["touches"]]
    clicks = store.rows_sql("SELECT touch, message FROM tracking_facts_touch WHERE kind = 'click'")
    rows = [(touch, org, human[number - 1], 0, 1, late, late) for touch, number in clicks]
    columns = ("touch", "org_id", "human", "reasons", "rule", "judged_at", "first_judged_at")
    with store.write():
        store.insert_many(Verdict, columns, rows)
    for first, part in parts(facts["views"]):
        activity.record_many(
            org,
            [
                ActivitySeen(
                    kind=Kind.PAGE,
                    message_id=f"{number:032x}",
                    sent_ms=int(at(second).timestamp() * 1_000),
                    visitor=contact,
                    contact=None,
                    at=at(second),
                    client_ts=at(second),
                )
                for number, (contact, second) in enumerate(part, start=first)
            ],
            now=late,
        )
    facts["orders"].sort(key=lambda each: each[1])  # as they come
    for first, part in parts(facts["orders"]):
        told = [
            ShopOrderSeen(
                f"o{number}",
                Stage.CLOSED,
                at(second),
                contact=contact,
                visitor=contact,
                amount=Money(1_000, "TWD"),
            )
            for number, (contact, second) in enumerate(part, start=first)
        ]
        orders.take_shop_orders(org, told, now=late)


def parts(facts: list[tuple[int, ...]]) -> Iterable[tuple[int, list[tuple[int, ...]]]]:
    for first in range(0, len(facts), BATCH):
        yield first, facts[first : first + BATCH]


def at(second: int) -> datetime:
    return BEGIN + timedelta(seconds=second)


def otherwise(org: int, facts: Facts) -> int:
    """Return how many orders are credited otherwise than a plain reading says."""
    from postlude.kernel import store

    ids = dict(store.rows_sql("SELECT message, touch FROM tracking_facts_touch"))
    opens: dict[int, list[tuple[int, int]]] = defaultdict(list)
    clicks: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for number, (contact, second, opened, human) in enumerate(facts["touches"], start=1):
        if opened or human:
            (opens if opened else clicks)[contact].append((second, ids[number]))
    for each in (*opens.values(), *clicks.values()):
        each.sort()
    rows = store.rows_sql(
        "SELECT uid, open_touch, click_touch FROM attribution_facts_order WHERE org = %s", [org]
    )
    stored = {uid: (opened, clicked) for uid, opened, clicked in rows}
    wrong = 0
    for number, (contact, second) in enumerate(facts["orders"]):
        click = latest(clicks.get(contact, []), second)
        wrong += stored[f"o{number}"] != (latest(opens.get(contact, []), second) or click, click)
    return wrong


def latest(touches: list[tuple[int, int]], second: int) -> int | None:
    place = bisect_right(touches, (second, sys.maxsize))
    if not place or touches[place - 1][0] < second - DAY:
        return None
    return touches[place - 1][1]


if __name__ == "__main__":
    main()
