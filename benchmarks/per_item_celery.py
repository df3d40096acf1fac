"""celery: `.delay(phone, text)` for each person, and a worker of one process that posts the form.

The broker is a RabbitMQ that runs on this machine, else a Redis started for it, else files. Options
are celery's defaults; *late* is what a careful user sets: acks_late, reject on a lost worker,
prefetch 1.
"""

import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import held_process
from kombu import Connection
from kombu.exceptions import OperationalError
from per_item_queues import a_till, all_arrived, figures_of
from text_sink import Sink

_BROKER, _LATE = "POSTLUDE_BENCHMARK_BROKER", "POSTLUDE_BENCHMARK_LATE"
_RABBIT = "amqp://guest:guest@127.0.0.1:5672//"
_READY_S = 10.0


def run(sink: Sink, seconds: float, *, late: bool) -> dict[str, Any]:
    os.environ[_LATE] = "yes" if late else ""
    with a_till() as (folder, till), _broker(folder) as named, _worker() as send:
        send("89000000000", "is it ready?")
        all_arrived(sink, 1)
        sink.forget()
        began = time.monotonic()
        for people, who_and_what in enumerate(till.decided(seconds), 1):  # noqa: B007
            send(*who_and_what)
        decided = time.monotonic()
        ended = all_arrived(sink, people)
    how = f"{named}, a worker of one process" + (", acks_late, prefetch 1" if late else "")
    versions = {name: version(name) for name in ("celery", "kombu")}
    return figures_of(sink, people, (began, decided, ended), versions=versions, how=how)


@contextmanager
def _worker() -> Iterator[Callable[[str, str], Any]]:
    """Run a worker and yield what enqueues for it."""
    from per_item_celery_app import send_text

    command = [sys.executable, "-m", "celery", "-A", "per_item_celery_app", "worker"]
    with held_process.held([*command, "--concurrency", "1", "--loglevel", "CRITICAL"]):
        yield send_text.delay


@contextmanager
def _broker(folder: Path) -> Iterator[str]:
    """Yield the broker's name; the application knows the broker by the environment."""
    queue = f"postlude-bench-{os.getpid()}"
    with _chosen(folder) as (name, url, options):
        os.environ[_BROKER] = json.dumps({"url": url, "options": options, "queue": queue})
        try:
            yield name
        finally:
            if url == _RABBIT:
                with Connection(url) as connection:
                    connection.default_channel.queue_delete(queue)


@contextmanager
def _chosen(folder: Path) -> Iterator[tuple[str, str, dict[str, Any]]]:
    if running := _running_rabbit():
        yield f"RabbitMQ {running}", _RABBIT, {}
    elif shutil.which("redis-server"):
        path = folder / "redis.socket"
        command = ["redis-server", "--port", "0", "--unixsocket", str(path), "--dir", str(folder)]
        with held_process.held([*command, "--appendonly", "yes"]):
            until = time.monotonic() + _READY_S
            while not path.exists() and time.monotonic() < until:
                time.sleep(0.05)
            yield "Redis", f"redis+socket://{path}", {}
    else:
        (folder / "queue").mkdir()
        ways = ("data_folder_in", "data_folder_out", "control_folder")
        yield "files", "filesystem://", dict.fromkeys(ways, str(folder / "queue"))


def _running_rabbit() -> str:
    """Return the version of a RabbitMQ on this machine that takes its usual guest, or nothing."""
    try:
        with Connection(_RABBIT, connect_timeout=2) as connection:
            connection.connect()
            return str(connection.connection.server_properties.get("version", "?"))
    except (OSError, OperationalError) as error:
        print(f"no RabbitMQ: {error}", file=sys.stderr)
        return ""
