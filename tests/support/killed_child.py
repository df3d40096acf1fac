"""The zygote of `killing`: reads questions as JSON lines, forks a child for each run."""

import contextlib
import json
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

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection, connections  # noqa: E402

from postlude.kernel import boundaries, http  # noqa: E402
from postlude.wiring import processes  # noqa: E402
from support import findings, flows  # noqa: E402

HOME = Path(os.environ["POSTLUDE_HOME"])
POSTGRESQL = os.environ["KILL_ENGINE"] == "postgresql"
PREFIX = f"postlude_kill_{os.getpid()}"


def use(name: str) -> None:
    """Point this process at the database and the folder of a run."""
    connections.close_all()
    http.close_all()
    home = HOME / name
    home.mkdir(parents=True, exist_ok=True)
    settings.POSTLUDE_HOME = home
    settings.POSTLUDE_STAMP_FILE = home / "epoch.stamp"
    far = os.environ["KILL_WAREHOUSE"].replace("{name}", name)
    settings.POSTLUDE_WAREHOUSE = far or home / "warehouse.duckdb"
    database = f"{PREFIX}_{name}" if POSTGRESQL else str(home / "postlude.sqlite3")
    connection.settings_dict["NAME"] = database


def template(name: str, source: str = "", flow: str = "") -> dict[str, Any]:
    """Make a state that runs start from: migrated, or as a flow leaves another state."""
    if source:
        fresh(name, source)
        return run(name, flow)
    if POSTGRESQL:
        subprocess.run(["createdb", f"{PREFIX}_{name}"], check=True)

    def migrate() -> int:
        use(name)
        processes.migrate()
        return 0

    return _told(_in_child(migrate))


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


def run(
    name: str, flow: str, crash_at: str = "", kill_after_s: float | None = None
) -> dict[str, Any]:
    """Run a flow in a child, to its end or to its death."""

    def body() -> int:
        use(name)
        boundaries.arm(crash_at)
        return flows.FLOWS[flow]()

    return _told(_in_child(body, kill_after_s))


def record(name: str, flow: str) -> dict[str, Any]:
    """Run a flow and return the names of all boundaries crossed, in order."""
    crossed: list[str] = []
    out = HOME / f"{name}.crossed"

    def body() -> int:
        use(name)
        boundaries.crossing = crossed.append  # type: ignore[assignment]
        code = flows.FLOWS[flow]()
        out.write_text(json.dumps(crossed))
        return code

    told = _told(_in_child(body))
    return {**told, "crossed": json.loads(out.read_text()) if out.exists() else []}


def look(name: str) -> dict[str, Any]:
    """Look at a state (in a child, so that nothing stays open)."""
    out = HOME / f"{name}.facts"

    def body() -> int:
        use(name)
        out.write_text(json.dumps(findings.gather()))
        return 0

    code, _ = _in_child(body)
    if code:
        raise RuntimeError("the state cannot be looked at")
    return dict(json.loads(out.read_text()))


def _told(ended: tuple[int, bool]) -> dict[str, Any]:
    return {"code": ended[0], "killed": ended[1]}


def _in_child(body: Callable[[], int], kill_after_s: float | None = None) -> tuple[int, bool]:
    """Fork, run `body`, and return its exit code and whether SIGKILL ended it."""
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
    timer = threading.Timer(kill_after_s, _kill, (child,)) if kill_after_s is not None else None
    if timer is not None:
        timer.start()
    _, status = os.waitpid(child, 0)
    if timer is not None:
        timer.cancel()
        timer.join()
    if os.WIFSIGNALED(status):
        return -os.WTERMSIG(status), os.WTERMSIG(status) == signal.SIGKILL
    return os.WEXITSTATUS(status), False


def _kill(child: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)


VERBS: dict[str, Callable[..., dict[str, Any]]] = {
    "template": template,
    "fresh": fresh,
    "drop": drop,
    "run": run,
    "record": record,
    "look": look,
}


def main() -> None:
    for line in sys.stdin:
        question = json.loads(line)
        answer = VERBS[question.pop("do")](**question)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


main()
