"""One audience out of many contacts: level, tag, last order and number of orders, on both engines.

    python benchmarks/audience.py [--quick] [--json] [--contacts N] [--engine sqlite|postgresql]

Makes databases of its own, fills each with 300,000 contacts (30,000 with --quick), and takes the
best of seven. Nothing leaves the machine. `measure(contacts)` does it for other benchmarks.

Keys of --json: contacts, audience (how many are in it), audience_ms_sqlite and
audience_ms_postgresql (statement, rows and the set of ids), broad_ms_sqlite and
broad_ms_postgresql (a rule that must look at everybody: not gold, or no order yet).
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
from typing import Any

ENGINES = ("sqlite", "postgresql")
_MANY = 300_000


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="30,000 contacts")
    parser.add_argument("--json", action="store_true", help="only the JSON object")
    parser.add_argument("--contacts", type=int)
    parser.add_argument("--engine", choices=ENGINES, help="only this one")
    parser.add_argument("--plan", action="store_true", help="show how the database goes about it")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    contacts = arguments.contacts or (_MANY // 10 if arguments.quick else _MANY)
    if arguments.inside:
        print(json.dumps(_inside(contacts, arguments.engine, plan=arguments.plan)))
        return
    engines = (arguments.engine,) if arguments.engine else ENGINES
    figures = measure(contacts, engines, plan=arguments.plan)
    if not arguments.json:
        for key, value in figures.items():
            print(f"{key:>24}  {value}")
    print(json.dumps(figures))


def measure(
    contacts: int = _MANY, engines: tuple[str, ...] = ENGINES, *, plan: bool = False
) -> dict[str, float]:
    """Measure on each engine, each in a process of its own: Django knows one database only."""
    figures: dict[str, float] = {}
    for engine in engines:
        figures |= _measured_outside(contacts, engine, plan=plan)
    return figures


def _measured_outside(contacts: int, engine: str, *, plan: bool) -> dict[str, float]:
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
    command = [sys.executable, __file__, "--inside", "--contacts", str(contacts)]
    command += ["--engine", engine, *(["--plan"] if plan else [])]
    try:
        answer = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if engine == "postgresql":
            subprocess.run(["dropdb", "--if-exists", name], check=False)
    return dict(json.loads(answer.stdout))


def _inside(contacts: int, engine: str, *, plan: bool) -> dict[str, float]:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from postlude.orgs import api as orgs
    from postlude.rules import audiences

    call_command("migrate", verbosity=0)
    org = orgs.create("bench", "Bench", zone="Asia/Taipei", currency="TWD").id
    now = _fill(org, contacts)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    rules = {"audience": _rule(narrow=True), "broad": _rule(narrow=False)}
    figures: dict[str, float] = {"contacts": contacts}
    for name, rule in rules.items():
        found = audiences.audience(org, rule, now=now)
        figures[name] = len(found)
        figures[f"{name}_ms_{engine}"] = _best(lambda r=rule: audiences.audience(org, r, now=now))
        if plan:
            _show_plan(audiences.statement(org, rule, now=now), engine)
    connection.close()
    return figures


def _fill(org: int, contacts: int) -> Any:
    """Fill by the rooms' own tables, evenly and the same each time: a tenth is gold, a fifth is
    tagged, half has ordered within the last year, one in fifty was joined to another contact."""
    from datetime import UTC, datetime, timedelta
    from random import Random

    from postlude.kernel import ids, store
    from postlude.orders.models import Buyer
    from postlude.people.models import Alias, Contact, Label

    random, now = Random(7), datetime(2026, 9, 1, 4, tzinfo=UTC)
    numbers = ids.new_ids(contacts)
    levels = ["gold"] + ["silver"] * 2 + [None] * 7
    people = [
        (
            each,
            org,
            f"Person {each}",
            "zh-Hant",
            "kktix",
            random.choice(levels),
            _birthday(random),
            now,
        )
        for each in numbers
    ]
    buyers = []
    for each, new in zip(numbers, ids.new_ids(contacts), strict=True):
        if random.random() < 0.5:
            last, count = now - timedelta(minutes=random.randint(1, 525_600)), random.randint(1, 9)
            first = last - timedelta(days=random.randint(0, 900))
            buyers.append((new, org, each, count, first, last, count * 129_000, "TWD"))
    tags = [(each, "tag", "vip") for each in numbers if random.random() < 0.2]
    tags += [(each, "tag", "press") for each in numbers if random.random() < 0.05]
    tags += [(each, "segment", "lapsed") for each in numbers if random.random() < 0.3]
    labels = [
        (new, org, kind, word, each)
        for new, (each, kind, word) in zip(ids.new_ids(len(tags)), tags, strict=True)
    ]
    joined = numbers[::50]
    aliases = [
        (new, org, child, numbers[1], "bench", now)
        for new, child in zip(ids.new_ids(len(joined)), joined, strict=True)
    ]
    columns = "id org_id name locale source level birthday first_seen_at".split()
    with store.write():
        store.insert_many(Contact, columns, people)
        fields = "id org_id contact orders first_at last_at spent_minor currency".split()
        store.insert_many(Buyer, fields, buyers)
        store.insert_many(Label, "id org_id kind label contact_id".split(), labels)
        store.insert_many(Alias, "id org_id child_id parent_id reason at".split(), aliases)
    return now


def _birthday(random: Any) -> int | None:
    return random.randint(1, 12) * 100 + random.randint(1, 28) if random.random() < 0.6 else None


def _rule(*, narrow: bool) -> Any:
    from postlude.rules.conditions import registry
    from postlude.rules.kinds import Binding
    from postlude.rules.language.tree import And, Leaf, Not, Or, Template
    from postlude.rules.rule import BoundLeaf, Rule

    wanted: dict[str, dict[str, Any]] = {"member_level": {"levels": ["gold", "silver"]}}
    if narrow:
        wanted["tags"] = {"any_of": ["vip", "press"]}
        wanted["last_order_between"] = {"after": "4 weeks", "before": "2 weeks"}
        wanted["orders"] = {"min": 3}
        tree: Any = And(tuple(map(Leaf, wanted)))
    else:
        wanted["orders"] = {"max": 0}
        tree = Or((Not(Leaf("member_level")), Leaf("orders")))
    kinds = registry.kinds()
    leaves = {
        name: BoundLeaf(name, kinds[name], kinds[name].params.model_validate(params))
        for name, params in wanted.items()
    }
    binding = Binding("TWD", "Asia/Taipei")
    return Rule(1, "bench", "Bench", Template(tree, ()), "", leaves, {}, binding)


def _show_plan(statement: Any, engine: str) -> None:
    from postlude.kernel import store

    word = "EXPLAIN QUERY PLAN" if engine == "sqlite" else "EXPLAIN ANALYZE"
    print(statement.sql, statement.params, file=sys.stderr)
    for row in store.rows_sql(f"{word} {statement.sql}", statement.params):
        print(*row, file=sys.stderr)


def _best(action: Callable[[], object]) -> float:
    taken = []
    for _ in range(7):
        began = time.perf_counter()
        action()
        taken.append(time.perf_counter() - began)
    return round(min(taken) * 1_000, 1)


if __name__ == "__main__":
    main()
