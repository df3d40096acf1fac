"""How fast Discord's commands are answered over a big sale.

    python benchmarks/chat.py [--quick] [--json] [--engine sqlite|postgresql] [--orders N]

Fills a database of its own with 100,000 orders (10,000 with --quick) in three events, serves it
over real HTTP, and lets the sandbox's Discord type signed commands: `list`, `status` and the
completion of a slug. Then one `sales` of the whole sale, from the command to the file in Discord.

Keys of --json: orders, first_answer_p95_ms (from the signed call to its answer, at Discord),
sales_csv_s.
"""

import argparse
import json
import os
import random
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from own_database import analyze, own_database, ready

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))
ROUNDS = 40
DAYS = 60
TYPES = ("Regular 一般票", "Student 學生票", "Early 早鳥票", "Corporate 企業票（with Pyckage）")
EVENTS = ("2023-individual", "2023-corporate", "2023-reserved")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="10,000 orders")
    parser.add_argument("--json", action="store_true", help="only the JSON object")
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--orders", type=int)
    arguments = parser.parse_args()
    wanted = arguments.orders or (10_000 if arguments.quick else 100_000)
    os.environ["BENCH_BOT"] = "token"
    with own_database(arguments.engine):
        figures = measure(wanted)
    if not arguments.json:
        for key, value in figures.items():
            print(f"{key:>20}  {value}")
    print(json.dumps(figures))


def measure(wanted: int) -> dict[str, float]:
    org = ready()
    from django.db import connection

    from postlude.sandbox.server import Sandbox
    from support.whole_house import _web

    fill(org, wanted)
    analyze()
    with Sandbox() as sandbox, _web() as web:
        connect(sandbox, org, f"{web}/hooks/discord/bench")
        with working():
            figures = asked(sandbox.client)
    connection.close()
    return {"orders": wanted, **figures}


def fill(org: int, wanted: int) -> None:
    """Write orders of one ticket each, straight into the tables."""
    from postlude.kernel import ids, store
    from postlude.orders import api as orders
    from postlude.orders.models import Order, Ticket, TicketType
    from postlude.orders.types import EventSeen

    dice, start = random.Random(2023), datetime(2023, 7, 1, tzinfo=UTC)
    kinds: list[tuple[int, int]] = []
    for slug in EVENTS:
        event = EventSeen(None, slug, f"PyCon TW 2023 Registration: {slug}")
        happening = orders.ensure_happening(org, event, totals=dict.fromkeys(TYPES)).id
        types = TicketType.objects.filter(org=org, happening=happening).order_by("id")
        kinds += [(happening, each) for each in types.values_list("id", flat=True)]
    # Nine of ten orders are of the one big event.
    weights = [*[9.0] * len(TYPES), *[0.5] * (len(kinds) - len(TYPES))]
    chosen = dice.choices(kinds, weights, k=wanted)
    sales, tickets = [], []
    for number, (happening, kind) in enumerate(chosen):
        order, ticket = ids.new_id(), ids.new_id()
        at = start + timedelta(minutes=dice.randrange(DAYS * 24 * 60))
        state = "paid" if dice.random() < 0.95 else "refunded"
        day = (at + timedelta(hours=8)).date()
        head = (org, "kktix", str(number))
        sales.append((order, *head, happening, "", True, 0, at, False, False, ""))
        sold = (state, 129_000, "TWD", True, 0, at, at, day, False, state == "refunded", at, "poll")
        tickets.append((ticket, *head, order, happening, kind, *sold))
    order_columns = (
        *("id", "org", "source", "number", "happening", "payment_method", "paid", "paid_rank"),
        *("created_at", "cancelled", "refunded", "currency"),
    )
    ticket_columns = (
        *("id", "org", "source", "external_id", "order", "happening", "ticket_type", "state"),
        *("price_minor", "currency", "paid", "paid_rank", "paid_at", "sold_at", "sold_day"),
        *("cancelled", "refunded", "first_seen_at", "via"),
    )
    with store.write():
        store.insert_many(Order, order_columns, sales)
        store.insert_many(Ticket, ticket_columns, tickets)


def connect(sandbox: Any, org: int, url: str) -> None:
    from postlude.chatops import api as chatops
    from postlude.chatops.types import DiscordSettings, Who

    config = sandbox.client.configure("discord", interactions_url=url)
    chatops.configure_discord(
        org,
        DiscordSettings(
            application=config["application"],
            public_key=config["public_key"],
            token="${BENCH_BOT}",
            guild=config["guild"],
            base_url=sandbox.url("discord") + "/api/v10",
            who=(Who(role="everyone", may=("sales.view",)),),
        ),
    )


@contextmanager
def working() -> Iterator[None]:
    """Answer what is promised, as the worker's thread does."""
    from django.db import connections

    from postlude.chatops import jobs as chat
    from postlude.kernel.jobs import Budget

    stop = threading.Event()

    def loop() -> None:
        while not stop.is_set():
            if not chat.answer(Budget(2)):
                stop.wait(0.1)
        connections.close_all()

    thread = threading.Thread(target=loop)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def asked(client: Any) -> dict[str, float]:
    """Type every quick command a number of times; then one file."""
    taken = []
    for number in range(ROUNDS):
        slug = EVENTS[number % len(EVENTS)]
        for call in (
            {"command": "list"},
            {"command": "status", "slug": EVENTS[0]},
            {"command": "status", "slug": slug, "locale": "zh-TW"},
            {"command": "status", "slug": slug[:6], "typing": "slug"},
            {"command": "sales", "slug": slug},
        ):
            found = client.ask(**call)
            assert found["status"] == 200, found
            taken.append(found["first_answer_s"])
    began = time.perf_counter()
    number = client.ask("sales", slug=EVENTS[0], locale="zh-TW")["number"]
    client.wait_for(lambda: bool(client.interaction(number)["message"].get("attachments")))
    file_s = time.perf_counter() - began
    p95 = sorted(taken)[int(len(taken) * 0.95)]
    return {"first_answer_p95_ms": round(p95 * 1000, 1), "sales_csv_s": round(file_s, 3)}


if __name__ == "__main__":
    main()
