"""The zygote of `killing_workers`: forks workers that live a restaurant's day, and looks at it.

Which day that is says `KILL_DAY`, a module beside this one with `seed`, `live`, `phase` and `look`.
"""

import importlib
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

import django

django.setup()

from django.db import connections  # noqa: E402
from django.db.backends.signals import connection_created  # noqa: E402

from postlude.kernel import boundaries  # noqa: E402
from postlude.kernel.work import OWNER  # noqa: E402
from support import removed_guards  # noqa: E402
from support.killed_states import HOME, bare, begun, drop, ended, fresh, in_child, loaded, use  # noqa: E402

day: Any = importlib.import_module(f"support.{os.environ['KILL_DAY']}")


def make(name: str, people: int, window: int) -> dict[str, Any]:
    """Make the state that days start from."""
    code, _ = bare(name)
    assert code == 0, "no tables"

    def body() -> int:
        use(name)
        return day.seed(people, window, HOME / name)

    code, _ = in_child(body)
    return {"code": code}


def start(
    name: str,
    *,
    ahead_s: float,
    portion: int,
    crash_at: str = "",
    statement: int = 0,
    without: str = "",
) -> dict[str, Any]:
    """Start a worker and return its process: it dies at a boundary or at its nth statement, if told.

    `without` names a guard that is removed in it.
    """

    def body() -> int:
        _be_somebody_else()
        use(name)
        boundaries.arm(crash_at)
        if statement:
            _die_at_statement(statement)
        if without:
            removed_guards.remove(without, HOME / name)
        return day.live(ahead_s, portion)

    return {"process": begun(body)}


def ask(process: int, wait: bool = False) -> dict[str, Any]:
    """Say how a worker ended, or that it lives."""
    found = ended(process, wait=wait)
    return {"lives": True} if found is None else {"code": found[0], "killed": found[1]}


def phase(name: str) -> dict[str, Any]:
    """Look at once, in this process: a child would take longer than the day goes on meanwhile."""
    use(name)
    told = day.phase()
    connections.close_all()
    return {"told": told}


def look(name: str, ahead_s: float) -> dict[str, Any]:
    return _told(name, lambda: day.look(ahead_s))


def _told(name: str, question: Callable[[], Any]) -> dict[str, Any]:
    """Ask in a child, so that nothing stays open."""
    out = HOME / f"{name}.told"

    def body() -> int:
        use(name)
        out.write_text(json.dumps(question()))
        return 0

    code, _ = in_child(body)
    if code:
        raise RuntimeError("the state cannot be looked at")
    return {"told": json.loads(out.read_text())}


def _be_somebody_else() -> None:
    """A process that is started names itself; a forked one has its parent's name everywhere."""
    parent, name = OWNER, f"{os.getpid()}-{os.urandom(4).hex()}"
    for module in list(sys.modules.values()):
        if getattr(module, "OWNER", None) == parent:
            vars(module)["OWNER"] = name


def _die_at_statement(nth: int) -> None:
    """Die before the nth statement that the day's own threads run inside a transaction."""
    left = [nth]

    def count(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        inside = context["connection"].in_atomic_block
        if inside and threading.current_thread().name in day.THREADS:
            left[0] -= 1
            if left[0] <= 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, params, many, context)

    def guard(connection: Any, **_: Any) -> None:
        connection.execute_wrappers.append(count)

    connection_created.connect(guard, weak=False)


VERBS: dict[str, Callable[..., dict[str, Any]]] = {
    "make": make,
    "fresh": fresh,
    "drop": drop,
    "start": start,
    "ask": ask,
    "phase": phase,
    "look": look,
}


def main() -> None:
    loaded()
    for line in sys.stdin:
        question = json.loads(line)
        answer = VERBS[question.pop("do")](**question)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


main()
