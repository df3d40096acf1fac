"""A hot quota: many clients want the same few thousand places at once.

    python benchmarks/reservations.py [--quick] [--json] [--engine sqlite|postgresql] [--limit N]
        [--processes N]

A client is a thread that calls `rewards.reserve()` and waits for its answer, which is durable
(SQLite in WAL with synchronous=FULL, PostgreSQL with its own settings), before it asks again. There
are 32: in one process on SQLite, as the product runs there, and in two on PostgreSQL. They ask for
a tenth more than there is. Databases are made for the run and dropped; nothing leaves the machine.

Keys of --json: postgresql_grants_per_s and postgresql_p99_ms are of these clients, from the call to
the answer, for grants. On SQLite the one writer is the process itself, so sqlite_grants_per_s and
sqlite_p99_ms are of that writer with the 32 clients' requests in hand (`rewards.reserve_many`, a
micro-batch of 32 a commit, p99 of a batch); sqlite_single_per_s and sqlite_single_p99_ms are of the
32 threads. limit; granted (must be the limit; of all runs the one that is further off);
naive_granted (the most that the same clients got out of a counter of 200, naive_limit, that is
read, compared and written). Beside them, for each engine: cpu_us, what a grant of a single call
costs our processes; group, how many single calls shared a commit; many_32_per_s and many_256_per_s,
what one caller gets who has so many requests in hand.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from datetime import timedelta
from pathlib import Path

CLIENTS = 32
NAIVE_LIMIT, NAIVE_TRIES = 200, 100
PROCESSES = {"sqlite": 1, "postgresql": 2}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="5,000 places instead of 40,000")
    parser.add_argument("--json", action="store_true", help="only the JSON object")
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), help="only this one")
    parser.add_argument("--limit", type=int, help="places")
    parser.add_argument("--processes", type=int, help="that clients of PostgreSQL share (2)")
    parser.add_argument(
        "--role", choices=("prepare", "clients", "many", "naive"), help=argparse.SUPPRESS
    )
    parser.add_argument("--clients", type=int, default=CLIENTS, help=argparse.SUPPRESS)
    parser.add_argument("--tries", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--name", default="", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    PROCESSES["postgresql"] = arguments.processes or PROCESSES["postgresql"]
    limit = arguments.limit or (5_000 if arguments.quick else 40_000)
    if arguments.role:
        play(arguments.role, limit, arguments.clients, arguments.tries, arguments.name)
        return
    figures: dict[str, object] = {"limit": limit, "granted": {}, "naive_granted": {}}
    for engine in [arguments.engine] if arguments.engine else ["postgresql", "sqlite"]:
        measure(engine, limit, figures)
    granted, naive_granted = figures["granted"].values(), figures["naive_granted"].values()  # type: ignore[attr-defined]
    figures["granted"] = max(granted, key=lambda each: abs(each - limit))
    figures |= {"naive_granted": max(naive_granted), "naive_limit": NAIVE_LIMIT}
    if not arguments.json:
        for key, value in figures.items():
            print(f"{key:>24}  {value}")
    print(json.dumps(figures))


def measure(engine: str, limit: int, figures: dict[str, object]) -> None:
    """Make a database, let the clients loose, and add what came of it."""
    folder = Path(tempfile.mkdtemp(prefix="postlude-bench-"))
    name = f"postlude_bench_{os.getpid()}"
    if engine == "postgresql":
        subprocess.run(["createdb", name], check=True)
    url = f"postgresql:///{name}" if engine == "postgresql" else f"sqlite:///{folder / 'b.sqlite3'}"
    env = {
        **os.environ,
        "POSTLUDE_HOME": str(folder),
        "POSTLUDE_LOG_LEVEL": "CRITICAL",
        "POSTLUDE_DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "postlude.wiring.settings",
    }
    try:
        run_all([["prepare"]], limit, env)
        processes = PROCESSES[engine]
        tries = int(limit * 1.1) // CLIENTS + 1
        share = ["--clients", str(CLIENTS // processes), "--tries", str(tries)]
        told = run_all(
            [["clients", *share, "--name", str(n)] for n in range(processes)], limit, env
        )
        times = sorted(each for one in told for each in one["granted"])
        took = max(one["last"] for one in told) - min(one["began"] for one in told)
        single = {"per_s": round(len(times) / took), "p99_ms": _p99_ms(times)}
        figures["granted"] |= {engine: len(times)}  # type: ignore[operator]
        cpu, groups = (sum(one[key] for one in told) for key in ("cpu", "groups"))
        figures[f"{engine}_cpu_us"] = round(cpu / len(times) * 1e6, 1)
        figures[f"{engine}_group"] = round(sum(one["asked"] for one in told) / groups, 1)
        (many,) = run_all([["many"]], limit, env)
        figures |= {f"{engine}_many_{size}_per_s": each["per_s"] for size, each in many.items()}
        figures["granted"] |= {f"{engine} {size}": each["granted"] for size, each in many.items()}  # type: ignore[operator]
        told_as = single if engine == "postgresql" else many["32"]
        figures[f"{engine}_grants_per_s"] = told_as["per_s"]
        figures[f"{engine}_p99_ms"] = told_as["p99_ms"]
        if engine == "sqlite":
            figures |= {f"sqlite_single_{key}": each for key, each in single.items()}
        (naive,) = run_all([["naive"]], limit, env)
        figures["naive_granted"] |= {engine: naive["granted"]}  # type: ignore[operator]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if engine == "postgresql":
            subprocess.run(["dropdb", "--force", "--if-exists", name], check=False)


def run_all(roles: list[list[str]], limit: int, env: dict[str, str]) -> list[dict]:
    """Start processes, let them begin together, and return what each says."""
    command = [sys.executable, __file__, "--limit", str(limit), "--role"]
    running = [
        subprocess.Popen(
            [*command, *role], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for role in roles
    ]
    for each in running:
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"
    for each in running:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    return [json.loads(each.communicate()[0]) for each in running]


def play(role: str, limit: int, clients: int, tries: int, name: str) -> None:
    """Be one of the processes."""
    import django

    django.setup()
    if role == "prepare":
        prepare(limit)
    from postlude.orgs import api as orgs

    org = orgs.by_slug("bench").id
    print("ready", flush=True)
    sys.stdin.readline()
    roles = {
        "clients": lambda: hot(org, clients, tries, name),
        "many": lambda: in_hand(org, limit),
        "naive": naive,
        "prepare": dict,
    }
    told = roles[role]()
    print(json.dumps(told), flush=True)


def prepare(limit: int) -> None:
    from django.core.management import call_command
    from django.db import connection

    from postlude.kernel import store
    from postlude.orgs import api as orgs
    from postlude.rewards import api as rewards
    from postlude.rewards.types.quotas import QuotaSpec

    call_command("migrate", verbosity=0)
    org = orgs.create("bench", "Bench", zone="Asia/Taipei", currency="TWD").id
    rewards.define_quota(org, QuotaSpec("hot", limit))
    for size in (32, 256):
        rewards.define_quota(org, QuotaSpec(f"in-hand-{size}", limit))
    with store.write(), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE naive (id int PRIMARY KEY, used int)")
        cursor.execute("INSERT INTO naive VALUES (1, 0)")


def in_threads(clients: int, work) -> None:
    from django.db import connection

    barrier = threading.Barrier(clients)

    def client(number: int) -> None:
        try:
            connection.ensure_connection()
            barrier.wait()
            work(number)
        finally:
            connection.close()

    threads = [threading.Thread(target=client, args=(n,)) for n in range(clients)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()


def hot(org: int, clients: int, tries: int, name: str) -> dict:
    """Each client asks again and again; how long each grant took, and when the last one came."""
    from postlude.kernel import clock
    from postlude.rewards import api as rewards
    from postlude.rewards.reserving import at_once
    from postlude.rewards.types.reservations import Claim, ReservationState, ReserveRequest

    groups: list[int] = []
    gathering = at_once._gathering  # noqa: SLF001 - its groups are counted
    act = gathering._act  # noqa: SLF001

    def counted(asked):
        groups.append(len(asked))
        return act(asked)

    gathering._act = counted  # noqa: SLF001
    granted: list[list[float]] = [[] for _ in range(clients)]
    last = [0.0] * clients
    claims = (Claim("quota:hot"),)

    def work(number: int) -> None:
        mine = granted[number]
        for n in range(tries):
            began, now = time.perf_counter(), clock.now()
            request = ReserveRequest(
                f"{name}:{number}:{n}", b"hot", None, claims, now + timedelta(minutes=30)
            )
            if rewards.reserve(org, request, now).state == ReservationState.HELD:
                ended = time.perf_counter()
                mine.append(ended - began)
                last[number] = ended

    began, cpu = time.perf_counter(), time.process_time()
    in_threads(clients, work)
    return {
        "began": began,
        "last": max(last),
        "cpu": time.process_time() - cpu,
        "groups": len(groups),
        "asked": sum(groups),
        "granted": [t for mine in granted for t in mine],
    }


def in_hand(org: int, limit: int) -> dict:
    """One caller with many requests in hand, who asks for a batch more than there is."""
    from postlude.kernel import clock
    from postlude.rewards import api as rewards
    from postlude.rewards.types.reservations import Claim, ReservationState, ReserveRequest

    told = {}
    for size in (32, 256):
        claims, times, held = (Claim(f"quota:in-hand-{size}"),), [], 0
        began = time.perf_counter()
        for n in range(limit // size + 2):
            asked, now = time.perf_counter(), clock.now()
            until = now + timedelta(minutes=30)
            keys = (f"many:{size}:{n}:{place}" for place in range(size))
            wanted = [ReserveRequest(key, b"hot", None, claims, until) for key in keys]
            made = rewards.reserve_many(org, wanted, now)
            times.append(time.perf_counter() - asked)
            held += sum(each.state == ReservationState.HELD for each in made)
        took = time.perf_counter() - began
        told[size] = {
            "per_s": round(held / took),
            "p99_ms": _p99_ms(sorted(times)),
            "granted": held,
        }
    return told


def _p99_ms(times: list[float]) -> float:
    return round(times[int(len(times) * 0.99)] * 1000, 2)


def naive() -> dict:
    """Read, compare, write: what everybody writes first. Returns how many were told yes."""
    from django.db import connection

    yes = [0] * CLIENTS

    def work(number: int) -> None:
        with connection.cursor() as cursor:
            for _ in range(NAIVE_TRIES):
                cursor.execute("SELECT used FROM naive WHERE id = 1")
                (used,) = cursor.fetchone()
                if used >= NAIVE_LIMIT:
                    break
                cursor.execute("UPDATE naive SET used = %s WHERE id = 1", [used + 1])
                yes[number] += 1

    in_threads(CLIENTS, work)
    return {"granted": sum(yes), "limit": NAIVE_LIMIT}


if __name__ == "__main__":
    main()
