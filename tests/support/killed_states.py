"""States of a database that children are killed in: made, copied and dropped by a zygote.

A zygote has everything imported and forks one child per life, so that a life costs milliseconds to
start.
"""

import contextlib
import importlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, connections

from postlude.kernel import heap, http
from postlude.wiring import processes
from support import migrated_once

HOME = Path(os.environ["POSTLUDE_HOME"])
POSTGRESQL = os.environ["KILL_ENGINE"] == "postgresql"
PREFIX = f"postlude_kill_{os.getpid()}"
_OF_A_FEW = ("httpcore", "icalendar", "postlude.collector.app", "postlude.warehouse.duckdb.file")


def loaded(*more: str) -> None:
    """Import what children would import each for itself: the pages, most of all.

    And leave all of it out of every collection: a child copies each page that its collector touches.
    """
    for name in (settings.ROOT_URLCONF, *_OF_A_FEW, *more):
        importlib.import_module(name)
    heap.settle()


def use(name: str) -> None:
    """Point this process at the database and the folder of a run."""
    connections.close_all()
    http.close_all()
    home = HOME / name
    home.mkdir(parents=True, exist_ok=True)
    settings.POSTLUDE_HOME = home
    settings.POSTLUDE_STAMP_FILE = home / "epoch.stamp"
    far = os.environ.get("KILL_WAREHOUSE", "").replace("{name}", name)
    settings.POSTLUDE_WAREHOUSE = far or home / "warehouse.duckdb"
    connection.settings_dict["NAME"] = _database(name)


def _database(name: str) -> str:
    return f"{PREFIX}_{name}" if POSTGRESQL else str(HOME / name / "postlude.sqlite3")


def bare(name: str) -> tuple[int, bool]:
    """Make an empty database with its tables; return how that ended."""
    if migrated_once.offered():
        (HOME / name).mkdir(parents=True, exist_ok=True)
        migrated_once.copy_to(_database(name))
        return 0, False
    if POSTGRESQL:
        subprocess.run(["createdb", f"{PREFIX}_{name}"], check=True)

    def migrate() -> int:
        use(name)
        processes.migrate()
        return 0

    return in_child(migrate)


def fresh(name: str, source: str) -> dict[str, Any]:
    """Copy a state for a run."""
    if POSTGRESQL:
        subprocess.run(
            ["createdb", "--template", f"{PREFIX}_{source}", f"{PREFIX}_{name}"], check=True
        )
    if (HOME / source).exists():
        shutil.copytree(HOME / source, HOME / name)
    return {}


def drop(name: str) -> dict[str, Any]:
    """Forget a run."""
    if POSTGRESQL:
        subprocess.run(["dropdb", "--force", "--if-exists", f"{PREFIX}_{name}"], check=True)
    shutil.rmtree(HOME / name, ignore_errors=True)
    return {}


def begun(body: Callable[[], int]) -> int:
    """Fork, run `body`, and return the child's id."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        code = 70
        try:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            code = body()
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    return child


def ended(child: int, *, wait: bool = True) -> tuple[int, bool] | None:
    """Return a child's exit code and whether SIGKILL ended it; None while it lives."""
    found, status = os.waitpid(child, 0 if wait else os.WNOHANG)
    if not found:
        return None
    if os.WIFSIGNALED(status):
        return -os.WTERMSIG(status), os.WTERMSIG(status) == signal.SIGKILL
    return os.WEXITSTATUS(status), False


def in_child(body: Callable[[], int], kill_after_s: float | None = None) -> tuple[int, bool]:
    """Fork, run `body`, and return its exit code and whether SIGKILL ended it."""
    child = begun(body)
    timer = threading.Timer(kill_after_s, kill, (child,)) if kill_after_s is not None else None
    if timer is not None:
        timer.start()
    told = ended(child)
    if timer is not None:
        timer.cancel()
        timer.join()
    assert told is not None
    return told


def kill(child: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
