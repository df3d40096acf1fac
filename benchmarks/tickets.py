"""5,000 sales in a minute through the whole pipeline, with vendors that fail.

    python benchmarks/tickets.py [--quick] [--json] [--engine sqlite|postgresql] [--sales N]

Starts the sandbox and `postlude up` as processes, sells through the KKTIX webhook while Gather and
Mailgun answer 10 % 429 and 5 % 500, and counts what arrived at Mailgun. Two phases: a steady one
(5 sales a second) and a burst. Only loopback is touched, and both phases are bounded.

Keys of --json: sales, invited, lost, duplicates, unknown, drain_s (end of selling to the last
invitation accepted), webhook_to_accepted_p95_s (the steady phase, as the spec defines it, from the
moment of the sale, so that KKTIX's own batching is inside), burst_p95_s (the same of the burst),
rss_mib (peak of Postlude's process), cpu_ms_per_sale (its processor time a sale in the burst).
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
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import migrated
import psutil

from postlude.sandbox.client import SandboxClient
from postlude.wiring import demo_environment

ROOT = Path(__file__).resolve().parents[1]
EVENT = "PyCon TW 2023 Registration: Individual"
SLUG = "pycontw-2023-individual"
FAULTS = (
    {"kind": "rate_limited", "probability": 0.10, "seed": 1},
    {"kind": "server_error", "probability": 0.05, "seed": 2, "status": 500},
)
MOST_SECONDS = 300


def main() -> None:
    arguments = read_arguments()
    folder = Path(tempfile.mkdtemp(prefix="postlude-bench-"))
    try:
        figures = measure(arguments, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if not arguments.json:
        for name, value in figures.items():
            print(f"{name:>28}  {value}")
    print(json.dumps(figures))


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="500 sales, 10 s each phase")
    parser.add_argument("--json", action="store_true", help="only the JSON object")
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--sales", type=int, help="sales of the burst")
    return parser.parse_args()


def measure(arguments: argparse.Namespace, folder: Path) -> dict[str, Any]:
    burst = arguments.sales or (500 if arguments.quick else 5_000)
    steady_s = 10 if arguments.quick else 60
    burst_s = burst / 5_000 * 60
    port, sandbox_port = free_port(), free_port()
    env = environment(folder, port, sandbox_port, arguments.engine)
    run = [sys.executable, "-m", "postlude.wiring"]
    sandbox = subprocess.Popen(
        [*run, "sandbox", "--port", str(sandbox_port), "--smtp-port", "0"], env=env
    )
    client = SandboxClient(f"http://127.0.0.1:{sandbox_port}", timeout=60)
    postlude = None
    try:
        wait(client.status, 30)
        subprocess.run([*run, "migrate"], env=env, check=True, stdout=subprocess.DEVNULL)
        subprocess.run(
            [*run, "apply", str(ROOT / "playbooks" / "tickets.yaml")],
            env=env,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        postlude = subprocess.Popen([*run, "up", "--port", str(port)], env=env)
        rss = Peak(postlude.pid)
        prepare(client, port)
        steady = sell(client, round(steady_s * 5), steady_s, "steady", arguments)
        drained(client, len(steady), arguments)
        spent = cpu_seconds(postlude)
        hot = sell(client, burst, burst_s, "burst", arguments)
        sold_at = time.time()
        drained(client, len(steady) + len(hot), arguments)
        cpu_ms = (cpu_seconds(postlude) - spent) / max(1, len(hot)) * 1_000
        figures = count(client, env, steady, hot, sold_at, rss.stop())
        return {**figures, "cpu_ms_per_sale": round(cpu_ms, 1)}
    finally:
        for process in filter(None, (postlude, sandbox)):
            process.terminate()
        for process in filter(None, (postlude, sandbox)):
            process.wait(30)
        if arguments.engine == "postgresql":
            name = env["POSTLUDE_DATABASE_URL"].rpartition("/")[2]
            subprocess.run(["dropdb", "--if-exists", name], check=False)


def environment(folder: Path, port: int, sandbox_port: int, engine: str) -> dict[str, str]:
    env = {
        **os.environ,
        **demo_environment.vendors(f"http://127.0.0.1:{sandbox_port}"),
        "POSTLUDE_HOME": str(folder),
        "POSTLUDE_BASE_URL": f"http://127.0.0.1:{port}",
        "POSTLUDE_LOG_LEVEL": "CRITICAL",
    }
    env.pop("POSTLUDE_DATABASE_URL", None)
    name = f"postlude_bench_{os.getpid()}"
    migrated.made(engine, name, folder)
    if engine == "postgresql":
        env["POSTLUDE_DATABASE_URL"] = f"postgresql:///{name}"
    return env


def cpu_seconds(process: "subprocess.Popen[bytes]") -> float:
    times = psutil.Process(process.pid).cpu_times()
    return float(times.user + times.system)


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait(reached: Any, seconds: float) -> None:
    until = time.monotonic() + seconds
    while True:
        try:
            if reached() is not False:
                return
        except Exception:
            if time.monotonic() > until:
                raise
        if time.monotonic() > until:
            raise TimeoutError
        time.sleep(0.1)


def prepare(client: SandboxClient, port: int) -> None:
    here = f"http://127.0.0.1:{port}"
    wait(lambda: httpx.get(f"{here}/health").status_code == 200, 60)
    client.configure("kktix", webhook_url=f"{here}/hooks/kktix/pycontw/kktix")
    client.configure(
        "mailgun",
        webhook_url=f"{here}/hooks/mailgun/pycontw/mailgun",
    )
    client.add_event(EVENT, SLUG)
    for vendor in ("gather", "mailgun"):
        client.set_faults(vendor, *({**fault, "path": path_of(vendor)} for fault in FAULTS))


def path_of(vendor: str) -> str:
    return "*messages" if vendor == "mailgun" else "*"


def sell(
    client: SandboxClient, sales: int, seconds: float, phase: str, arguments: argparse.Namespace
) -> dict[str, float]:
    """Sell evenly over `seconds`; return when each buyer bought."""
    bought: dict[str, float] = {}
    began = time.monotonic()
    at_once = 1 if sales / seconds < 20 else 20
    for start in range(0, sales, at_once):
        names = [f"{phase}{n}@example.test" for n in range(start, min(start + at_once, sales))]
        ahead = start / sales * seconds - (time.monotonic() - began)
        if ahead > 0:
            time.sleep(ahead)
        now = time.time()
        client.sell_many(
            [
                {"event": SLUG, "contact": {"name": "Buyer", "email": name, "mobile": ""}}
                for name in names
            ]
        )
        bought |= dict.fromkeys(names, now)
        progress(arguments, f"{phase}: {len(bought)}/{sales} sold")
    return bought


def drained(client: SandboxClient, wanted: int, arguments: argparse.Namespace) -> None:
    """Wait until as many buyers have their invitation, or nothing moves for a minute."""
    until, last, moved = time.monotonic() + MOST_SECONDS, -1, time.monotonic()
    while time.monotonic() < until:
        have = client.received("mailgun", limit=1)["total"]
        progress(arguments, f"{have}/{wanted} invited")
        if have != last:
            last, moved = have, time.monotonic()
        if have >= wanted or time.monotonic() - moved > 60:
            break
        time.sleep(0.25)
    time.sleep(2)  # so that a duplicate would be seen


def count(
    client: SandboxClient,
    env: dict[str, str],
    steady: dict[str, float],
    hot: dict[str, float],
    sold_at: float,
    rss: float,
) -> dict[str, Any]:
    times: dict[str, float] = {}
    seen: Counter[str] = Counter()
    for recipient, at in accepted(client):
        seen[recipient] += 1
        times.setdefault(recipient, at)
    bought = {**steady, **hot}
    unknown = unknown_of(env)
    return {
        "sales": len(bought),
        "invited": sum(1 for name in bought if seen[name]),
        "lost": sum(1 for name in bought if not seen[name]) - unknown,
        "duplicates": sum(number - 1 for number in seen.values() if number > 1),
        "unknown": unknown,
        "drain_s": round(max((times[n] for n in hot if n in times), default=sold_at) - sold_at, 2),
        "webhook_to_accepted_p95_s": p95([times[n] - steady[n] for n in steady if n in times]),
        "burst_p95_s": p95([times[n] - hot[n] for n in hot if n in times]),
        "rss_mib": round(rss, 1),
    }


def accepted(client: SandboxClient) -> Iterator[tuple[str, float]]:
    """Yield (recipient, when) of every mail that Mailgun took, from its own events."""
    url = f"{client.base_url}/mailgun/v3/mg.example.test/events"
    params: dict[str, str] | None = {"event": "accepted", "ascending": "yes", "limit": "300"}
    with httpx.Client(auth=("api", "sandbox-mailgun-key"), timeout=60, trust_env=False) as mailgun:
        while True:
            page = mailgun.get(url, params=params).raise_for_status().json()
            for item in page["items"]:
                yield item["recipient"], item["timestamp"]
            if not page["items"]:
                return
            url, params = page["paging"]["next"], None


def unknown_of(env: dict[str, str]) -> int:
    code = (
        "import django; django.setup()\n"
        "from postlude.messages.models import Message\n"
        "print(Message.objects.filter(state='unknown').count())"
    )
    env = {**env, "DJANGO_SETTINGS_MODULE": "postlude.wiring.settings"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, check=True, capture_output=True, text=True
    )
    return int(done.stdout)


def p95(values: list[float]) -> float:
    ordered = sorted(values)
    return round(ordered[int(0.95 * (len(ordered) - 1))], 3) if ordered else -1.0


class Peak:
    """The largest resident set of a process, sampled."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self._peak = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._thread.start()

    def _sample(self) -> None:
        while not self._stop.wait(0.25):
            try:
                self._peak = max(self._peak, self._process.memory_info().rss / 2**20)
            except psutil.Error:
                return

    def stop(self) -> float:
        self._stop.set()
        self._thread.join()
        return self._peak


def progress(arguments: argparse.Namespace, words: str) -> None:
    if sys.stderr.isatty() and not arguments.json:
        print(f"\r{words:<40}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
