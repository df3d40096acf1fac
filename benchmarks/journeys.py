"""One run of a notice over many customers: selected, decided, marked, credited and enqueued.

    python benchmarks/journeys.py [--quick] [--json] [--people N] [--engine sqlite|postgresql]

Makes databases of its own with 1,000,000 customers (20,000 with --quick), half of whom stayed away
for 2 to 4 weeks, all with a yes to marketing. The notice is the restaurant's `invite`: a text about
the balance or 100 points, by turns. Nothing leaves the machine: sending is no part of it.

Keys of --json: people, selected (by the condition), sent (marked, with message and outbox row),
run_s_sqlite and run_s_postgresql (from the due minute to the last commit), rss_mib (the largest
resident set of the process that ran it, on either engine).
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ENGINES = ("sqlite", "postgresql")
_MANY, _QUICK = 1_000_000, 20_000
_STEP = 50_000


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="20,000 customers")
    parser.add_argument("--json", action="store_true", help="only the JSON object")
    parser.add_argument("--people", type=int)
    parser.add_argument("--engine", choices=ENGINES, help="only this one")
    parser.add_argument("--fill", help=argparse.SUPPRESS)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    people = arguments.people or (_QUICK if arguments.quick else _MANY)
    if arguments.fill or arguments.inside:
        print(json.dumps(_fill(people) if arguments.fill else _run(people, arguments.engine)))
        return
    figures: dict[str, Any] = {}
    for engine in (arguments.engine,) if arguments.engine else ENGINES:
        measured = _measured(people, engine)
        rss = max(measured.pop("rss_mib"), figures.get("rss_mib", 0))
        figures |= {**measured, "rss_mib": rss}
    if not arguments.json:
        for key, value in figures.items():
            print(f"{key:>20}  {value}")
    print(json.dumps(figures))


def _measured(people: int, engine: str) -> dict[str, Any]:
    """Fill in one process and run in another, so that the memory is the run's alone."""
    folder, name = Path(tempfile.mkdtemp(prefix="postlude-bench-")), f"postlude_bench_{os.getpid()}"
    environment = {
        **os.environ,
        "POSTLUDE_HOME": str(folder),
        "POSTLUDE_LOG_LEVEL": "CRITICAL",
        "DJANGO_SETTINGS_MODULE": "postlude.wiring.settings",
    }
    environment.pop("POSTLUDE_DATABASE_URL", None)
    if engine == "postgresql":
        subprocess.run(["createdb", name], check=True)
        environment["POSTLUDE_DATABASE_URL"] = f"postgresql:///{name}"
    command = [sys.executable, __file__, "--people", str(people), "--engine", engine]
    try:
        subprocess.run(
            [*command, "--fill", "yes"], env=environment, check=True, stdout=subprocess.DEVNULL
        )
        answer = subprocess.run(
            [*command, "--inside"], env=environment, check=True, stdout=subprocess.PIPE
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if engine == "postgresql":
            subprocess.run(["dropdb", "--if-exists", name], check=False)
    return dict(json.loads(answer.stdout))


def _now() -> Any:
    from datetime import UTC, datetime

    return datetime(2026, 9, 1, 9, tzinfo=UTC)  # noon in Moscow


def _fill(people: int) -> dict[str, Any]:
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
    messages.ensure_sender(
        org, "mail", "memory", settings={}, rate=1_000, from_address="bench@example.test"
    )
    for slug in ("balance", "gift"):
        text = LocaleText("ru", subject=slug, text="На счету {{ points.balance }} бонусов!")
        messages.publish_template(org, slug, "email", [text], now=before)
    who = {"last_order_between": {"after": "4 weeks", "before": "2 weeks"}}
    has = journeys.Condition("balance_at_least", {"balance_at_least": {"amount": 1}})
    ways = (
        journeys.Way("balance", journeys.Letter("mail", "balance"), when=has, otherwise="gift"),
        journeys.Way(
            "gift",
            journeys.Letter("mail", "gift"),
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
        addresses.append((b, org, contact, "email", f"p{number}@example.test", "", before, None))
        consents.append((c, org, contact, "email", True, "till", before))
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


def _run(people: int, engine: str) -> dict[str, Any]:
    import django

    django.setup()
    from postlude.journeys import api as journeys
    from postlude.kernel import clock, jobs
    from postlude.messages import api as messages
    from postlude.orgs import api as orgs
    from postlude.wiring import registry

    registry.register_all()
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


if __name__ == "__main__":
    main()
