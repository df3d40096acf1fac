"""How soon a year's channel report is there, and how long counting everything again takes.

    python benchmarks/reports.py [--quick] [--json] [--engine sqlite|postgresql]

Fills a fresh database with a year of 60 journeys that write every day: 10,000,000 messages,
4,000,000 touches, 150,000 orders (a hundredth of it with --quick). Bars: the report of one journey
over the year in less than 300 ms, the whole rebuild in less than 60 s.

Keys of --json: messages, touches, orders, report_ms (one journey, the year, median of 5),
slow_query_ms (the same people counted from the raw rows, and equal), rebuild_s,
attribute_us_per_order_1m, attribute_us_per_order_10m (an order credited beside a tenth of the
touches, and beside all of them), verdicts_s (the clicks of one day judged).
"""

import argparse
import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from own_database import analyze, own_database, ready

NODES, DAYS = 60, 365
FIRST = date(2025, 1, 1)
CHUNK = 50_000
SOME_ORDERS = 500
OPENED, CLICKED = 0.7, 0.3


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a hundredth of it")
    parser.add_argument("--json", action="store_true", help="only the JSON object")
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    arguments = parser.parse_args()
    messages = 100_000 if arguments.quick else 10_000_000
    with own_database(arguments.engine):
        figures = measure(messages, tell=not arguments.json)
    if not arguments.json:
        for name, value in figures.items():
            print(f"{name:>28}  {value}")
    print(json.dumps(figures))


def measure(messages: int, *, tell: bool) -> dict[str, Any]:
    """Fill a database, then measure; the sizes are those of the messages."""
    org = ready()
    from postlude.reports import api as reports
    from postlude.reports.types.channel import Asked

    def say(what: str) -> None:
        if tell:
            print(what, file=sys.stderr, flush=True)

    house = House(org, messages)
    say("messages")
    house.write()
    say("a tenth of the touches")
    house.touch(0.1)
    analyze()
    first = house.attribute()
    say("all touches and orders")
    house.touch(0.9)
    house.buy()
    analyze()
    say("measuring")
    whole = house.attribute()
    verdicts = house.judge()
    began = time.perf_counter()
    parts = sum(1 for _ in reports.rebuild(org, again=True, hands=reports.HANDS))
    rebuild = time.perf_counter() - began
    assert parts >= NODES
    analyze()
    asked = Asked(FIRST, FIRST + timedelta(days=DAYS - 1), journey="w7")
    report_ms, found = timed(lambda: reports.channel(org, asked), 5)
    slow_ms, slow = timed(lambda: house.slowly("w7.n"), 1)
    from postlude.reports.types.channel import Reading

    assert slow == (found.total.sent, found.total.opened(Reading.RAW).total), "not the same people"
    return {
        "messages": messages,
        "touches": house.touched,
        "orders": house.bought,
        "report_ms": report_ms,
        "slow_query_ms": slow_ms,
        "rebuild_s": round(rebuild, 2),
        "attribute_us_per_order_1m": first,
        "attribute_us_per_order_10m": whole,
        "verdicts_s": verdicts,
    }


def timed(run: Callable[[], Any], times: int) -> tuple[float, Any]:
    took, found = [], None
    for _ in range(times):
        began = time.perf_counter()
        found = run()
        took.append(time.perf_counter() - began)
    return round(statistics.median(took) * 1_000, 1), found


class House:
    """A year of an organisation, as its rooms would have written it."""

    def __init__(self, org: int, messages: int) -> None:
        from postlude.kernel import ids
        from postlude.messages import api
        from postlude.messages.models import Sender, TemplateVersion
        from postlude.messages.types import LocaleText

        self.org, self.count, self.chance = org, messages, random.Random(7)
        self.people = max(1_000, messages // 5)
        self.at = datetime(FIRST.year, 1, 1, 2, tzinfo=UTC)
        self.sender = Sender.objects.create(
            org_id=org, slug="email", channel="mailgun", rate=1.0, burst=1, window=1
        ).id
        words = [LocaleText("en", "Hello", text="Hello")]
        self.version = api.publish_template(org, "hello", "mail", words, now=self.at)
        self.template = TemplateVersion.objects.get(id=self.version).template_id
        self.cycles = self._cycles()
        self.first = ids.new_ids(1)[0]
        self.touched = self.bought = 0
        self.clicks: list[tuple[int, int, datetime]] = []

    def _cycles(self) -> dict[tuple[int, int], int]:
        from postlude.journeys.models import Cycle, Journey, JourneyVersion
        from postlude.kernel import ids, store

        found = {}
        for node in range(NODES):
            journey = Journey.objects.create(
                org_id=self.org, slug=f"w{node}", title=f"W{node}", folder="all", trigger="schedule"
            )
            version = JourneyVersion.objects.create(
                org_id=self.org,
                journey=journey,
                number=1,
                definition={},
                digest="x",
                created_at=self.at,
            )
            rows = [
                (new, self.org, journey.id, version.id, 0, 0, self.at + timedelta(days=day))
                for day, new in enumerate(ids.new_ids(DAYS))
            ]
            columns = ("id", "org_id", "journey_id", "version_id", "conference", "entered")
            store.insert_many(Cycle, (*columns, "started_at"), rows)
            found |= {(node, row_day): row[0] for row_day, row in enumerate(rows)}
        return found

    def place(self, number: int) -> tuple[int, int, int]:
        """Return the node, the day and the contact of a message, by its number; always the same."""
        day = number * DAYS // self.count
        return number % NODES, day, number * 2_654_435_761 % self.people + 1

    def write(self) -> None:
        from postlude.messages.models import Message

        columns = (
            *("id", "org_id", "klass", "channel", "sender_id", "cycle", "node"),
            *("template_version_id", "locale", "contact", "key", "context", "on_quiet", "testing"),
            *("created_at", "deadline", "day", "state", "reason", "provider_id", "segments"),
        )
        states = ("accepted", "delivered", "delivered", "delivered", "bounced", "blocked")

        def rows() -> Iterator[tuple[Any, ...]]:
            for number in range(self.count):
                node, day, contact = self.place(number)
                at = self.at + timedelta(days=day)
                state = states[number // NODES % len(states)]
                reason = "frequency_cap" if state == "blocked" else ""
                yield (
                    *(self.first + number, self.org, "marketing", "email", self.sender),
                    *(self.cycles[node, day], f"w{node}.n", self.version, "en", contact),
                    *(f"k{number}", {}, "delay", False, at, at, FIRST + timedelta(days=day)),
                    *(state, reason, "", 0),
                )

        self._insert(Message, columns, rows())

    def touch(self, share: float) -> None:
        """Open and click so much of two fifths of the messages; verdicts are there but of a day."""
        from postlude.kernel import ids
        from postlude.tracking.models import Touch, Unjudged, Verdict

        columns = (
            *("id", "org_id", "day", "dedup", "kind", "message", "at", "recorded_at", "provider"),
            *("origin", "agent", "reasons", "contact", "channel", "node", "template", "cycle"),
            "testing",
        )
        many = int(self.count * 0.4 * share)
        verdicts: list[tuple[Any, ...]] = []
        waiting: list[tuple[Any, ...]] = []

        def rows() -> Iterator[tuple[Any, ...]]:
            for number in ids.new_ids(many):
                message = self.chance.randrange(self.count)
                node, day, contact = self.place(message)
                at = self.at + timedelta(days=day, minutes=self.chance.randrange(1, 600))
                kind = "open" if self.chance.random() < OPENED else "click"
                if kind == "click" and day == DAYS - 1:
                    waiting.append((number, self.org, at))
                elif kind == "click":
                    human = self.chance.random() < OPENED
                    verdicts.append((number, self.org, human, 0, 1, at, at))
                yield (
                    *(number, self.org, FIRST + timedelta(days=day), f"d{number}", kind),
                    *(self.first + message, at, at, "own", "", "browser", 0, contact, "email"),
                    *(f"w{node}.n", self.template, self.cycles[node, day], False),
                )

        self._insert(Touch, columns, rows())
        said = ("touch", "org_id", "human", "reasons", "rule", "judged_at", "first_judged_at")
        self._insert(Verdict, said, iter(verdicts))
        self._insert(Unjudged, ("touch", "org_id", "at"), iter(waiting))
        self.touched += many

    def buy(self) -> None:
        """Write orders as they are credited: to an open of their own, half of them to a click."""
        from postlude.attribution.models import OrderCredit
        from postlude.kernel import ids

        many = max(500, self.count * 150_000 // 10_000_000)
        slots = (
            "touch",
            "message",
            "channel",
            "node",
            "template",
            "cycle",
            "touched_at",
            "contact",
        )
        columns = (
            *("id", "org_id", "uid", "contact", "at", "created_at", "state", "amount_minor"),
            *("currency", "rule", "judged_at"),
            *(f"{side}_{name}" for side in ("open", "click") for name in slots),
        )
        nothing = (None, None, "", "", None, None, None, None)

        def rows() -> Iterator[tuple[Any, ...]]:
            for number in ids.new_ids(many):
                message = self.chance.randrange(self.count)
                node, day, contact = self.place(message)
                seen = self.at + timedelta(days=day, minutes=30)
                at = seen + timedelta(hours=1)
                touch = (
                    *(number, self.first + message, "email", f"w{node}.n", self.template),
                    *(self.cycles[node, day], seen, contact),
                )
                clicked = touch if self.chance.random() < CLICKED else nothing
                yield (
                    *(number, self.org, f"o{number}", contact, at, at, "closed", 10_000, "TWD"),
                    *(0, at, *touch, *clicked),
                )

        self._insert(OrderCredit, columns, rows())
        self.bought += many

    def attribute(self) -> float:
        """Return microseconds for crediting an order of somebody who was written to."""
        from postlude.attribution.orders.judging import judge
        from postlude.kernel import ids
        from postlude.orders.models import ShopOrder

        columns = (
            *("id", "org_id", "uid", "contact", "amount_minor", "currency", "state", "opened_at"),
            *("closed_at", "first_seen_at", "kind", "source", "test", "closing_said"),
            *("opened_told", "closed_told", "cancelled_told"),
        )
        rows = []
        for number in ids.new_ids(SOME_ORDERS):
            _node, day, contact = self.place(self.chance.randrange(self.count))
            at = self.at + timedelta(days=day, hours=11)
            rows.append(
                (
                    *(number, self.org, f"s{number}", contact, 10_000, "TWD", "closed", at, at, at),
                    *("", "", False, 0, "", "", ""),
                )
            )
        self._insert(ShopOrder, columns, iter(rows))
        began = time.perf_counter()
        judge(self.org, [row[0] for row in rows], now=self.at + timedelta(days=DAYS))
        return round((time.perf_counter() - began) / SOME_ORDERS * 1e6, 1)

    def judge(self) -> float:
        """Return the seconds for judging the clicks of the last day."""
        from postlude.kernel import clock
        from postlude.kernel.jobs import Budget
        from postlude.tracking.jobs import judge_due

        with clock.use(clock.FrozenClock(self.at + timedelta(days=DAYS + 1))):
            began = time.perf_counter()
            judge_due(Budget(600))
            return round(time.perf_counter() - began, 3)

    def slowly(self, node: str) -> tuple[int, int]:
        """Count what was sent and who touched it, from the raw rows."""
        from postlude.kernel import store

        given = {"org": self.org, "node": node}
        sent = store.rows_sql(
            "SELECT COUNT(*) FROM messages_facts_message WHERE org = %(org)s AND node = %(node)s "
            "AND state IN ('accepted', 'delivered', 'bounced')",
            given,
        )
        seen = store.rows_sql(
            "SELECT COUNT(DISTINCT contact) FROM tracking_facts_touch "
            "WHERE org = %(org)s AND node = %(node)s AND kind IN ('open', 'click')",
            given,
        )
        return sent[0][0], seen[0][0]

    def _insert(
        self, model: Any, columns: tuple[str, ...], rows: Iterator[tuple[Any, ...]]
    ) -> None:
        from postlude.kernel import store

        some: list[tuple[Any, ...]] = []
        for row in rows:
            some.append(row)
            if len(some) == CHUNK:
                with store.write():
                    store.insert_many(model, columns, some)
                some.clear()
        with store.write():
            store.insert_many(model, columns, some)


if __name__ == "__main__":
    main()
