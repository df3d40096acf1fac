"""The demonstration: Postlude and the sandbox, and a whole conference's sale played through."""

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings
from rich.live import Live

from postlude.chatops import api as chatops
from postlude.kernel import clock, store
from postlude.kernel.errors import AppError
from postlude.orgs import api as orgs
from postlude.people.types import Actor
from postlude.playbooks import api as playbooks
from postlude.sandbox.client import SandboxClient
from postlude.wiring import demo_screen, processes, remaining
from postlude.wiring.cli import output

USER = "demo"
_SANDBOX_START_SECONDS = 120.0  # a small machine that does something else besides
_REPLAY_SECONDS = 20.0
_TRICKLE_SECONDS = 3.0
# The last webhooks and receipts are on their way a little longer than the sale.
_QUIET_SECONDS = 6.0
# What the invented readers do with their mail, a few seconds after it arrives.
_READERS = {
    "enabled": True,
    "seed": 2023,
    "delivered_after_ms": 400,
    "read_after_ms": 4_000,
    "bounce": 0.01,
    "delayed": 0.02,
    "browser": True,
    "open": 0.7,
    "click": 0.5,
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What to demonstrate."""

    attendees: Path | None
    orders: Path | None
    seed: int
    port: int
    sandbox_port: int
    once: bool
    quiet: bool


class CannotStart(AppError):
    """The demonstration cannot start."""

    code = "demo_cannot_start"
    message = "The sandbox did not start on port {port}."
    hint = "Is the port in use? Choose another with --sandbox-port."


@contextlib.contextmanager
def _asked_to_end() -> Iterator[None]:
    """Take SIGTERM for Ctrl-C: whoever is asked to end takes the sandbox along."""

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextlib.contextmanager
def sandbox(port: int) -> Iterator[SandboxClient]:
    """Run the sandbox as a process of its own, as the vendors are."""
    process = subprocess.Popen(  # noqa: S603 - our own command
        [
            sys.executable,
            "-m",
            "postlude.wiring",
            "sandbox",
            "--port",
            str(port),
            "--smtp-port",
            "0",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    client = SandboxClient(f"http://127.0.0.1:{port}")
    try:
        _wait_for(client, process, port)
        yield client
    finally:
        client.close()
        process.terminate()
        process.wait(10)


def _wait_for(client: SandboxClient, process: "subprocess.Popen[bytes]", port: int) -> None:
    until = clock.monotonic() + _SANDBOX_START_SECONDS
    while True:
        if process.poll() is not None:
            raise CannotStart(port=port)
        if clock.monotonic() > until:
            raise CannotStart(
                "The sandbox does not answer on port {port} after {seconds:.0f} seconds.",
                port=port,
                seconds=_SANDBOX_START_SECONDS,
                hint="Is the machine very busy, or a firewall on loopback? Try again.",
            )
        try:
            client.status()
        except (httpx.HTTPError, RuntimeError):
            threading.Event().wait(0.1)
        else:
            return


def playbook() -> Path:
    """Return the shipped tickets playbook."""
    for folder in (Path.cwd(), *Path(__file__).resolve().parents):
        path = folder / "playbooks" / "tickets.yaml"
        if path.exists():
            return path
    raise CannotStart("playbooks/tickets.yaml is not here.", hint="Run it in the checkout.")


def _fresh_home() -> None:
    """Forget the last demonstration; only ever its own folder."""
    home = Path(settings.POSTLUDE_HOME)
    if home.name == "demo" and not store.is_postgresql():
        for name in ("postlude.sqlite3", "warehouse.duckdb", "epoch.stamp"):
            for path in home.glob(f"{name}*"):
                path.unlink()


def run(plan: Plan) -> dict[str, Any]:
    """Run the demonstration until Ctrl-C, or with `once` until the sale is drained."""
    started = clock.monotonic()
    with _asked_to_end(), sandbox(plan.sandbox_port) as client:
        _fresh_home()
        processes.migrate()
        org, password = _set_up()
        _connect(client, plan, org.slug)
        stop = threading.Event()
        running = threading.Thread(
            target=processes.up,
            kwargs={"host": "127.0.0.1", "port": plan.port, "stop": stop},
            name="up",
        )
        running.start()
        try:
            _sell(client, plan)
            _watch(client, plan, org.id, password, running)
        except KeyboardInterrupt:
            output.err.print("stopping …")
        finally:
            stop.set()
            running.join(40)
        figures = demo_screen.figures(org.id, client, now=clock.now())
    return {**figures, "seconds": round(clock.monotonic() - started, 1)}


def _set_up() -> tuple[Any, str]:
    actor = Actor(kind="cli", id="demo")
    report = playbooks.apply(playbook(), org=None, actor=actor, now=clock.now())
    org = orgs.by_slug(report.org)
    password = secrets.token_urlsafe(9)
    orgs.add_staff(org.id, USER, password, "owner")
    return org, password


def _connect(client: SandboxClient, plan: Plan, org: str) -> None:
    here = f"http://127.0.0.1:{plan.port}"
    client.configure(
        "kktix",
        webhook_url=f"{here}/hooks/kktix/{org}/kktix",
        webhook_secret=os.environ["KKTIX_WEBHOOK_SECRET"],
    )
    client.configure(
        "mailgun",
        webhook_url=f"{here}/hooks/mailgun/{org}/mailgun",
        receipts=_READERS,
    )
    client.configure("discord", interactions_url=f"{here}/hooks/discord/{org}")
    chatops.register_commands(orgs.by_slug(org).id, guild="")


def _sell(client: SandboxClient, plan: Plan) -> None:
    call: dict[str, Any] = {"seed": plan.seed, "duration_s": _REPLAY_SECONDS}
    if plan.attendees and plan.orders:
        call |= {"attendees": str(plan.attendees), "orders": str(plan.orders)}
    if not plan.once:
        call["trickle_every_s"] = _TRICKLE_SECONDS
    client.replay(**call)


def _watch(
    client: SandboxClient, plan: Plan, org: int, password: str, running: threading.Thread
) -> None:
    screen = demo_screen.Screen(org, client, url=f"http://127.0.0.1:{plan.port}", password=password)
    if not output.err.is_terminal:  # a pipe or a log: no picture, but where to look and who to be
        output.err.print(screen.foot())
    with Live(
        screen.look(clock.now()), console=output.err, refresh_per_second=4, transient=plan.quiet
    ) as live:
        quiet_since: float | None = None
        while running.is_alive():
            live.update(screen.look(clock.now()))
            quiet_since = (quiet_since or clock.monotonic()) if _is_quiet(client) else None
            if plan.once and quiet_since and clock.monotonic() - quiet_since > _QUIET_SECONDS:
                return
            threading.Event().wait(0.25)
    raise CannotStart(
        "Postlude stopped on its own.", hint=f"Is port {plan.port} in use? Try --port."
    )


def _is_quiet(client: SandboxClient) -> bool:
    return client.replay_status()["state"] == "done" and not remaining.waiting()
