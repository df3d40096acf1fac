"""One run of a notice over many customers, and the texts it enqueued on their way to a gateway.

    python benchmarks/journeys.py [--quick] [--json] [--people N] [--texts N] [--no-peers]
                                  [--engine sqlite|postgresql]

Makes databases of its own with 1,000,000 customers (20,000 with --quick), half of whom stayed away
for 2 to 4 weeks, all with a yes to marketing. The notice is the restaurant's `invite`: a text about
the balance or 100 points, by turns. It is selected, decided, marked, credited and enqueued in one
process; then 20,000 of its texts (2,000 with --quick, and by the same process) are sent by another,
through the channel of the form gateway to a sink on this machine. Beside it django-post-office and
celery do the same an item at a time, in environments of their own under var/peers (made when
absent).

Keys of --json: people, selected (by the condition), sent (marked, with message and outbox row),
run_s_sqlite and run_s_postgresql (from the due minute to the last commit), rss_mib (the largest
resident set of the process that ran it, on either engine), deliver_per_s (texts that arrived in a
second of one process that delivers, SQLite), post_office_per_s and celery_per_s (items a second
from the first decision to the last text); null is what was not measured. Besides: texts,
deliver_per_s_postgresql, deliver_per_cpu_s (of a processor's second) and the same of PostgreSQL,
end_to_end_per_s (decided and delivered, one after the other, SQLite), celery_late_per_s (acks_late,
prefetch 1), peers (what each took, and its versions), missing (a peer's name: why).
"""

import argparse
import fcntl
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import held_process
import migrated
import per_item_queues
import text_delivery
import text_sink
from text_sink import Sink

ENGINES = ("sqlite", "postgresql")
TEXTS = {
    "balance": "На счету {{ points.balance }} бонусов!",
    "gift": "Дарим бонусов: 100. На счету {{ points.balance }}.",
}
_MANY, _QUICK = 1_000_000, 20_000
_MANY_TEXTS, _QUICK_TEXTS = 20_000, 2_000
_STEP = 50_000
_TURN = Path(tempfile.gettempdir()) / f"postlude-bench-{os.getuid()}.turn"
_ALWAYS = (
    *("people", "selected", "sent", "run_s_sqlite", "run_s_postgresql", "rss_mib"),
    *("deliver_per_s", "post_office_per_s", "celery_per_s"),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="20,000 customers, 2,000 texts")
    parser.add_argument("--json", action="store_true", help="only the JSON object")
    parser.add_argument("--people", type=int)
    parser.add_argument("--texts", type=int, help="how many of the enqueued texts are sent")
    parser.add_argument("--engine", choices=ENGINES, help="only this one")
    parser.add_argument("--no-peers", action="store_true", help="the product alone")
    parser.add_argument("--inside", choices=_INSIDE, help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, default=0, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    people = arguments.people or (_QUICK if arguments.quick else _MANY)
    texts = arguments.texts or (_QUICK_TEXTS if arguments.quick else _MANY_TEXTS)
    if arguments.inside:
        inside = _INSIDE[arguments.inside]
        print(json.dumps(inside(people, arguments.engine, texts, Sink(arguments.port))))
        return
    figures: dict[str, Any] = dict.fromkeys(_ALWAYS)
    with text_sink.sink() as sink:
        engines = (arguments.engine,) if arguments.engine else ENGINES
        ways = ("all",) if arguments.quick else ("fill", "run", "deliver")
        # With --quick databases are made and filled side by side, which takes longer than the rest.
        with ThreadPoolExecutor(len(engines) if arguments.quick else 1) as side_by_side:
            every = list(
                side_by_side.map(
                    lambda engine: _measured(people, engine, texts, sink, ways), engines
                )
            )
        for measured in every:
            rss = max(measured.pop("rss_mib"), figures["rss_mib"] or 0)
            figures |= {**measured, "rss_mib": rss}
        if (ours := _row(figures, "sqlite")) is not None:
            figures["end_to_end_per_s"] = round(ours[-1])
        if not arguments.no_peers:
            figures |= per_item_queues.measured(sink, quick=arguments.quick)
    if not arguments.json:
        _show(figures)
    print(json.dumps(figures))


def _measured(
    people: int, engine: str, texts: int, sink: Sink, ways: Sequence[str]
) -> dict[str, Any]:
    """Do each way in a process of its own, so that memory and seconds are of that alone."""
    command = [sys.executable, __file__, "--people", str(people), "--engine", engine]
    command += ["--texts", str(texts), "--port", str(sink.port)]
    found: dict[str, Any] = {}
    with _database(engine) as environment:
        for inside in ways:
            answer = held_process.answer([*command, "--inside", inside], env=environment)
            if answer.code:
                sys.exit(f"{engine}, {inside}: {answer.complaints[-2_000:]}")
            found |= json.loads(answer.said.splitlines()[-1])
    return found


@contextmanager
def _database(engine: str) -> Iterator[dict[str, str]]:
    """Make a database and yield the environment of the processes that use it."""
    folder, name = Path(tempfile.mkdtemp(prefix="postlude-bench-")), f"postlude_bench_{os.getpid()}"
    environment = {
        **os.environ,
        "POSTLUDE_HOME": str(folder),
        "POSTLUDE_LOG_LEVEL": "CRITICAL",
        "DJANGO_SETTINGS_MODULE": "postlude.wiring.settings",
    }
    environment.pop("POSTLUDE_DATABASE_URL", None)
    migrated.made(engine, name, folder)
    if engine == "postgresql":
        environment["POSTLUDE_DATABASE_URL"] = f"postgresql:///{name}"
    try:
        yield environment
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if engine == "postgresql":
            subprocess.run(["dropdb", "--if-exists", name], check=False)


def _now() -> Any:
    from datetime import UTC, datetime

    return datetime(2026, 9, 1, 9, tzinfo=UTC)  # noon in Moscow


def _fill(people: int, *_: Any) -> dict[str, Any]:
    import django

    django.setup()
    from datetime import timedelta

    from django.core.management import call_command
    from django.db import connection

    from postlude.journeys import api as journeys
    from postlude.messages import api as messages
    from postlude.messages.types import LocaleText
    from postlude.orgs import api as orgs
    from postlude.wiring import registry

    call_command("migrate", verbosity=0)
    registry.register_all()
    org = orgs.create("bench", "Bench", zone="Europe/Moscow", currency="RUB", locale="ru").id
    before = _now() - timedelta(days=1)
    text_delivery.ensure_sender(org)
    for slug, text in TEXTS.items():
        messages.publish_template(org, slug, "sms", [LocaleText("ru", text=text)], now=before)
    who = {"last_order_between": {"after": "4 weeks", "before": "2 weeks"}}
    has = journeys.Condition("balance_at_least", {"balance_at_least": {"amount": 1}})
    ways = (
        journeys.Way("balance", journeys.Letter("texts", "balance"), when=has, otherwise="gift"),
        journeys.Way(
            "gift",
            journeys.Letter("texts", "gift"),
            give=journeys.Points(100, "invite", timedelta(days=14)),
        ),
    )
    selection = journeys.Selection("short", ways, who=journeys.Condition("last_order_between", who))
    journeys.publish_notice(
        org,
        journeys.Recurring(
            "invite",
            journeys.timetable("daily 12:00"),
            (selection,),
            journeys.OncePer.INACTIVITY,
        ),
        now=before,
    )
    for start in range(0, people, _STEP):
        _fill_some(org, range(start, min(start + _STEP, people)), before)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return {"people": people}


def _fill_some(org: int, numbers: range, before: Any) -> None:
    """Fill by the rooms' own tables: every second one stayed away for two to four weeks, every
    sixth of all has 30 points."""
    from datetime import timedelta

    from postlude.kernel import ids, store
    from postlude.orders.models import Buyer
    from postlude.people.models import Address, Consent, Contact
    from postlude.rewards import api as rewards
    from postlude.rewards.types.points import Give

    contacts = ids.new_ids(len(numbers))
    people, buyers, addresses, consents = [], [], [], []
    for number, contact in zip(numbers, contacts, strict=True):
        a, b, c = ids.new_ids(3)
        away = timedelta(days=15 + number % 12 if number % 2 else 1 + number % 300)
        people.append((contact, org, "", "ru", "till", None, None, before))
        last = before - away
        buyers.append((a, org, contact, 1, last, last, 100_00, "RUB"))
        addresses.append((b, org, contact, "phone", f"+79{number:09}", "", before, None))
        consents.append((c, org, contact, "sms", True, "till", before))
    gives = [
        Give(f"fill:{contact}", contact, 30, "order")
        for number, contact in zip(numbers, contacts, strict=True)
        if number % 6 == 1
    ]
    with store.write():
        fields = "id org_id name locale source level birthday first_seen_at".split()
        store.insert_many(Contact, fields, people)
        fields = "id org_id contact orders first_at last_at spent_minor currency".split()
        store.insert_many(Buyer, fields, buyers)
        fields = "id org_id contact_id kind value legacy_hash since until".split()
        store.insert_many(Address, fields, addresses)
        fields = "id org_id contact_id channel granted source at".split()
        store.insert_many(Consent, fields, consents)
    for some in store.chunks(gives, 2_000):
        rewards.give_many(org, some, now=before)


def _run(people: int, engine: str, *_: Any) -> dict[str, Any]:
    import django

    django.setup()
    from postlude.journeys import api as journeys
    from postlude.kernel import clock, heap, jobs
    from postlude.messages import api as messages
    from postlude.orgs import api as orgs
    from postlude.wiring import registry

    registry.register_all()
    heap.settle()  # as every worker does
    (org,) = orgs.all_orgs()
    with clock.use(clock.FrozenClock(_now())):
        began = time.perf_counter()
        assert journeys.begin_runs(jobs.Budget(60)) == 1
        journeys.freeze_runs(jobs.Budget(3_600))
        journeys.walk_runs(jobs.Budget(3_600))
        took = time.perf_counter() - began
    (it,) = journeys.runs(org.id, "invite")
    (books,) = it.books
    assert (it.state, it.left) == (journeys.RunState.DONE, 0)
    assert messages.waiting() == books.waiting == books.entered
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "people": people,
        "selected": it.selected,
        "sent": books.waiting,
        f"run_s_{engine}": round(took, 2),
        "rss_mib": round(rss, 1),
    }


def _deliver(_people: int, engine: str, texts: int, sink: Sink) -> dict[str, Any]:
    import django

    django.setup()
    from postlude.kernel import heap
    from postlude.orgs import api as orgs
    from postlude.wiring import registry

    registry.register_all()
    heap.settle()  # as every worker does
    (org,) = orgs.all_orgs()
    sink.forget()
    done = text_delivery.delivered(org.id, texts, sink, begin=_now())
    suffix = "" if engine == "sqlite" else f"_{engine}"
    return {
        f"texts{suffix}": done["delivered"],
        f"deliver_per_s{suffix}": done["per_s"],
        f"deliver_per_cpu_s{suffix}": done["per_cpu_s"],
    }


@contextmanager
def _turn() -> Iterator[None]:
    """Wait until no other process of this user is measured.

    Anybody may have made a file of that name before us, or a link to a file of ours: neither is
    followed, and nothing is written.
    """
    flags = os.O_RDONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    turn = os.open(_TURN, flags, 0o600)
    try:
        if os.fstat(turn).st_uid != os.getuid():
            raise SystemExit(f"{_TURN} is somebody else's: remove it, or set TMPDIR.")
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield
    finally:
        os.close(turn)


def _all(*given: Any) -> dict[str, Any]:
    """Starting takes longer than filling, running and delivering a few.

    What is measured waits until no other process is measured.
    """
    filled = _fill(*given)
    with _turn():
        return filled | _run(*given) | _deliver(*given)


_INSIDE = {"fill": _fill, "run": _run, "deliver": _deliver, "all": _all}


def _show(figures: dict[str, Any]) -> None:
    print(f"{figures['people']:,} customers, {figures['selected']:,} selected, ", end="")
    print(f"{figures['sent']:,} served, {figures['rss_mib']} MiB at most\n")
    print(f"{'a second':<38}{'decided':>12}{'delivered':>12}{'end to end':>12}")
    for engine in ENGINES:
        ours = _row(figures, engine)
        if ours is not None:
            _line(f"Postlude, {engine} ({figures[f'run_s_{engine}']} s)", *ours)
    for name, peer in figures.get("peers", {}).items():
        versions = ", ".join(" ".join(each) for each in peer["versions"].items())
        _line(f"{name}: {peer['people']:,} people", peer["decide_per_s"], None, peer["per_s"])
        print(f"    {versions}; {peer['how']}")
    for name, why in figures.get("missing", {}).items():
        print(f"{name}: missing: {why}")
    print("\ntexts delivered in a second of the processor: ", end="")
    keys = ("deliver_per_cpu_s", "deliver_per_cpu_s_postgresql")
    print(", ".join(f"{key} {figures[key]:,}" for key in keys if key in figures))


def _row(figures: dict[str, Any], engine: str) -> tuple[float, float, float] | None:
    """Return people decided, texts delivered, and both one after the other, a second."""
    delivered = figures.get("deliver_per_s" if engine == "sqlite" else f"deliver_per_s_{engine}")
    run_s = figures[f"run_s_{engine}"]
    if not delivered or not run_s:
        return None
    decided = figures["sent"] / run_s
    return decided, delivered, 1 / (1 / decided + 1 / delivered)


def _line(name: str, *values: float | None) -> None:
    print(f"{name:<38}" + "".join(f"{'' if v is None else f'{v:,.0f}':>12}" for v in values))


if __name__ == "__main__":
    main()
