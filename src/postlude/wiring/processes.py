"""The processes: everything in one, or web, collector and workers apart."""

import contextlib
import fcntl
import logging
import os
import signal
import sys
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

import uvicorn
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from postlude.collector.app import Collector
from postlude.collector.app import create_app as create_collector
from postlude.kernel import heap, jobs, store
from postlude.kernel.errors import AppError
from postlude.rules import api as rules
from postlude.wiring import registry
from postlude.wiring.asgi import App, in_front
from postlude.wiring.wsgi import application as django_wsgi

_log = logging.getLogger(__name__)
LANES = {
    "urgent": ("pipeline", "access", "deliver", "sources", "chat"),
    "bulk": ("receipts", "bulk", "housekeeping"),
}


_SWITCH_S = 0.0005


class AlreadyRunning(AppError):
    """Another Postlude writes to this SQLite database."""

    code = "already_running"
    message = "Another `postlude up` or `worker` uses {path}."
    hint = "Stop it first, or use PostgreSQL (POSTLUDE_DATABASE_URL), where any number may run."


@contextlib.contextmanager
def only_writer() -> Iterator[None]:
    """Hold the one writing process's place on SQLite; on PostgreSQL any number may run.

    The lock is the operating system's, so a killed process leaves none behind.
    """
    path = Path(settings.POSTLUDE_HOME) / "writer.lock"
    if store.is_postgresql():
        yield
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(path=path) from None
        file.write(str(os.getpid()))
        file.flush()
        yield


def migrate(*, quiet: bool = True) -> None:
    """Bring the database to this version; idempotent."""
    Path(settings.POSTLUDE_HOME).mkdir(parents=True, exist_ok=True)
    call_command("migrate", interactive=False, verbosity=0 if quiet else 1)
    connections.close_all()


class Server(uvicorn.Server):
    """Uvicorn that leaves signals to us, so that workers stop before it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def serve(app: App, collecting: Collector, *, host: str, port: int) -> Server:
    """Return a server for `app`, ready to `run()`; most hits of the collector never get to it."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http=collecting.protocol(),
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
        forwarded_allow_ips=os.environ.get("POSTLUDE_TRUSTED_PROXIES", "127.0.0.1"),
    )
    return Server(config)


def on_stop_signals(stop: threading.Event) -> None:
    """Set `stop` on SIGTERM and SIGINT."""

    def handler(_number: int, _frame: object) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, handler)
    signal.signal(signal.SIGINT, handler)


def up(*, host: str, port: int, stop: threading.Event | None = None) -> None:
    """Run everything in this process on one port, until `stop` or a signal."""
    done = stop or threading.Event()
    if stop is None:
        on_stop_signals(done)
    with only_writer():
        migrate()
        registry.at_start()
        rules.keep_previews()
        heap.settle()
        runner = jobs.Runner()
        collecting = create_collector()
        server = serve(in_front(collecting, django_wsgi), collecting, host=host, port=port)
        web = threading.Thread(target=server.run, name="web", daemon=True)
        runner.start()
        web.start()
        while not done.wait(0.5):
            if not web.is_alive():  # such as a port in use; uvicorn has said why
                runner.join()
                raise PortInUse(host=host, port=port)
        server.should_exit = True
        runner.join()
        web.join(10)


class PortInUse(AppError, OSError):
    """The web server could not start."""

    code = "cannot_listen"
    message = "Cannot listen on {host}:{port}."
    hint = "Is something else using the port? Choose another with --port."


def collector(*, host: str, port: int) -> None:
    """Run the collector alone."""
    # Its thread that commits asks for the interpreter after each call of the database, and would
    # wait 5 ms each time while the other thread is busy.
    sys.setswitchinterval(_SWITCH_S)
    collecting = create_collector()
    server = serve(collecting, collecting, host=host, port=port)
    server.config.workers = 1
    stop = threading.Event()
    on_stop_signals(stop)
    thread = threading.Thread(target=server.run, name="collector", daemon=True)
    thread.start()
    while thread.is_alive() and not stop.wait(0.5):
        pass
    if not stop.is_set():
        raise PortInUse(host=host, port=port)
    server.should_exit = True
    thread.join(10)


def worker(*, lanes: Iterable[str]) -> None:
    """Run the jobs of some lanes, until a signal."""
    stop = threading.Event()
    on_stop_signals(stop)
    groups = [group for lane in lanes for group in LANES[lane]]
    with only_writer():
        registry.at_start()
        heap.settle()
        runner = jobs.Runner(groups)
        runner.start()
        _log.info("the worker works", extra={"groups": " ".join(groups)})
        while not stop.wait(0.5):
            pass
        runner.join()
