"""How many hits one collector keeps in a second, and how long each waits for its commit.

    python benchmarks/collector.py [--quick] [--json] [--engine sqlite|postgresql]

One collector process on one core, the load (and PostgreSQL) on the others; nginx, where there is
one, serves a file of 43 bytes in the same run, for comparison. Every hit is one that is kept:
beacons are batches of one event with an id of its own, of 5,000 browsers.

Keys of --json: nginx_per_s, pixel_per_s, click_per_s, beacon_per_s_sqlite,
beacon_per_s_postgresql, pixel_p99_ms, beacon_p99_ms_sqlite, beacon_p99_ms_postgresql (pixel and
click are of SQLite); and for each the processor time of the collector's process for one request,
in microseconds, which means something on a busy machine too: pixel_cpu_us, click_cpu_us,
beacon_cpu_us_sqlite, beacon_cpu_us_postgresql, and of nginx nginx_cpu_us; the ratios to nginx by
requests a second: pixel_of_nginx, click_of_nginx, beacon_of_nginx_sqlite,
beacon_of_nginx_postgresql. Null where there is no nginx or no PostgreSQL.
take_in_us_sqlite, take_in_us_postgresql (beacons) and take_in_us_touches: what a worker needs
afterwards for one hit that was put aside in this rush, in microseconds of its processor.
"""

import argparse
import itertools
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import load
import psutil
from own_database import own_database, ready

HERE = Path(__file__).resolve()
ORIGIN = "https://shop.example.test"
CHROME = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0 Safari/537.36"
)
CONNECTIONS = 128
BROWSERS = 5_000
MESSAGES = 2_000


def main() -> None:
    arguments = read_arguments()
    if arguments.inside:
        print(json.dumps(measure(arguments.engine, arguments.seconds)))
        return
    seconds = 3 if arguments.quick else 15
    figures: dict[str, Any] = nginx(seconds)
    for engine in (arguments.engine,) if arguments.engine else ("sqlite", "postgresql"):
        words = [sys.executable, str(HERE), "--inside", "--engine", engine]
        done = subprocess.run(
            [*words, "--seconds", str(seconds)], capture_output=True, text=True, check=False
        )
        if done.returncode:
            print(done.stderr[-2_000:], file=sys.stderr)
            continue
        figures |= json.loads(done.stdout.splitlines()[-1])
    reference = figures["nginx_per_s"]
    for name in ("pixel_per_s", "click_per_s", "beacon_per_s_sqlite", "beacon_per_s_postgresql"):
        figures[name.replace("_per_s", "_of_nginx")] = (
            round(figures[name] / reference, 3) if reference and figures.get(name) else None
        )
    if not arguments.json:
        for name, value in figures.items():
            print(f"{name:>32}  {value}")
    print(json.dumps(figures))


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="3 seconds each")
    parser.add_argument("--json", action="store_true", help="one JSON object alone")
    parser.add_argument("--engine", choices=("sqlite", "postgresql"))
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--seconds", type=float, default=3, help=argparse.SUPPRESS)
    return parser.parse_args()


def measure(engine: str, seconds: float) -> dict[str, Any]:
    with own_database(engine):
        org = ready()
        key, tokens = fill(org)
        port = free_port()
        with_core = ["taskset", "-c", "0"] if shutil.which("taskset") else []
        process = subprocess.Popen(
            [*with_core, sys.executable, "-m", "postlude.wiring", "collector", "--port", str(port)],
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_for(port)
            leave_its_core()
            figures = one(process, port, "beacon", beacons(key), seconds, f"_{engine}")
            figures[f"take_in_us_{engine}"] = take_in(1)
            if engine == "sqlite":
                figures |= one(process, port, "pixel", pixels(tokens), seconds)
                figures |= one(process, port, "click", clicks(tokens), seconds)
                figures["take_in_us_touches"] = take_in(1)
            return figures
        finally:
            process.terminate()
            process.wait(20)


def take_in(seconds: float) -> float | None:
    """Do for a second what workers do with hits of a rush; return microseconds of one hit."""
    from postlude.collector import api as collecting
    from postlude.kernel.jobs import Budget

    before, count, end = time.process_time(), 0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        done = collecting.take_in(Budget(seconds))
        count += done
        if not done:
            break
    return round((time.process_time() - before) / count * 1e6, 1) if count else None


def one(
    process: "subprocess.Popen[bytes]",
    port: int,
    name: str,
    requests: Iterator[bytes],
    seconds: float,
    end: str = "",
) -> dict[str, Any]:
    load.run(port, requests, seconds=1, connections=CONNECTIONS)  # caches and connections
    watched = psutil.Process(process.pid)
    before = watched.cpu_times()
    result = load.run(port, requests, seconds=seconds, connections=CONNECTIONS)
    after = watched.cpu_times()
    count = sum(result.statuses.values())
    wrong = {status for status in result.statuses if status not in {200, 204, 302}}
    if wrong or not count:
        raise SystemExit(f"{name}: {dict(result.statuses)}")
    spent = after.user + after.system - before.user - before.system
    return {
        f"{name}_per_s{end}": result.per_s,
        f"{name}_p99_ms{end}": result.p99_ms,
        f"{name}_cpu_us{end}": round(spent / count * 1e6, 1),
    }


def fill(org: int) -> tuple[str, list[str]]:
    """Make a write key, and messages with a link; return the key and the messages' tokens."""
    from postlude.channels import registry
    from postlude.channels.memory import Memory
    from postlude.kernel import clock, store
    from postlude.messages import api as messages
    from postlude.messages.types import LocaleText, NewMessage
    from postlude.orgs import api as orgs
    from postlude.people import api as people
    from postlude.people.types import PersonSeen

    now = clock.now()
    registry.register(Memory())
    sender = messages.ensure_sender(
        org, "mail", "memory", settings={}, rate=100, from_address="a@example.test"
    )
    text = LocaleText("en", subject="Hi", html='<a href="https://example.test/x">Go</a>', text="Go")
    template = messages.publish_template(org, "hi", "news", [text], now=now)
    seen = [
        PersonSeen(f"a{n}@example.test", source="b", reference=f"b:{n}") for n in range(MESSAGES)
    ]
    contacts = [each.contact or 0 for each in people.recognise_many(org, seen, now=now)]
    new = [
        NewMessage(
            key=f"hi:{contact}",
            klass="marketing",
            sender=sender,
            contact=contact,
            template_version=template,
            locale="en",
        )
        for contact in contacts
    ]
    with store.write():
        sent = messages.enqueue_many(org, new, now=now)
    key = orgs.issue_write_key(org, "shop", [ORIGIN]).key
    return key, [messages.token_of(each.message) for each in sent]


def beacons(key: str) -> Iterator[bytes]:
    browsers = [f"browser-{random.getrandbits(64):016x}" for _ in range(BROWSERS)]
    for number in itertools.count():
        ms = time.time_ns() // 1_000_000
        hit = {
            "id": f"{ms:012x}7{number & 0xFFF:03x}8{random.getrandbits(60):015x}",
            "type": "event",
            "at": ms,
            "url": f"{ORIGIN}/hats/{number % 500}",
            "action": "add_to_cart",
            "products": ["hat-1"],
        }
        body = {"sent_at": ms, "cid": browsers[number % BROWSERS], "hits": [hit]}
        yield load.post(
            f"/b/{key}",
            json.dumps(body).encode(),
            origin=ORIGIN,
            content_type="text/plain;charset=UTF-8",
            user_agent=CHROME,
            accept_language="en",
        )


def pixels(tokens: list[str]) -> Iterator[bytes]:
    made = [load.get(f"/o/{token}.gif", user_agent=CHROME, accept="image/*") for token in tokens]
    return itertools.cycle(made)


def clicks(tokens: list[str]) -> Iterator[bytes]:
    made = [load.get(f"/c/{token}/0", user_agent=CHROME, accept="text/html") for token in tokens]
    return itertools.cycle(made)


def nginx(seconds: float) -> dict[str, float | None]:
    """Return how often one worker of nginx serves a file of 43 bytes, and what one costs it."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        return {"nginx_per_s": None, "nginx_cpu_us": None}
    folder, port = Path(tempfile.mkdtemp(prefix="postlude-bench-")), free_port()
    folder.chmod(0o755)
    (folder / "o.gif").write_bytes(b"G" * 43)
    paths = "".join(
        f"{name}_temp_path {folder}/{name};"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"worker_processes 1; daemon off; pid {folder}/pid; error_log {folder}/errors;"
        "worker_cpu_affinity 01;"
        f"events {{ worker_connections 1024; }} http {{ access_log off; {paths}"
        f"keepalive_requests 100000000; server {{ listen 127.0.0.1:{port}; root {folder}; }} }}"
    )
    process = subprocess.Popen(
        [program, "-c", str(folder / "nginx.conf"), "-e", str(folder / "errors")],
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(port)
        requests = itertools.cycle([load.get("/o.gif", user_agent=CHROME)])
        load.run(port, requests, seconds=1, connections=CONNECTIONS)
        (worker,) = psutil.Process(process.pid).children()
        before = worker.cpu_times()
        result = load.run(port, requests, seconds=seconds, connections=CONNECTIONS)
        after = worker.cpu_times()
        spent = after.user + after.system - before.user - before.system
        count = sum(result.statuses.values())
        return {
            "nginx_per_s": result.per_s,
            "nginx_cpu_us": round(spent / count * 1e6, 1) if count else None,
        }
    finally:
        process.terminate()
        process.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def leave_its_core() -> None:
    """Run the load beside the collector, not in its place."""
    others = os.sched_getaffinity(0) - {0}
    if others:
        os.sched_setaffinity(0, others)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def wait_for(port: int) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


if __name__ == "__main__":
    main()
