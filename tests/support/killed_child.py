"""The zygote of `killing`: reads questions as JSON lines, forks a child for each run."""

import json
import sys
from collections.abc import Callable
from typing import Any

import django

django.setup()

from postlude.kernel import boundaries  # noqa: E402
from support import findings, flows  # noqa: E402
from support.killed_states import HOME, bare, drop, fresh, in_child, loaded, use  # noqa: E402


def template(name: str, source: str = "", flow: str = "") -> dict[str, Any]:
    """Make a state that runs start from: migrated, or as a flow leaves another state."""
    if source:
        fresh(name, source)
        return run(name, flow)
    return _told(bare(name))


def run(
    name: str, flow: str, crash_at: str = "", kill_after_s: float | None = None
) -> dict[str, Any]:
    """Run a flow in a child, to its end or to its death."""

    def body() -> int:
        use(name)
        boundaries.arm(crash_at)
        return flows.FLOWS[flow]()

    return _told(in_child(body, kill_after_s))


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

    told = _told(in_child(body))
    return {**told, "crossed": json.loads(out.read_text()) if out.exists() else []}


def look(name: str) -> dict[str, Any]:
    """Look at a state (in a child, so that nothing stays open)."""
    out = HOME / f"{name}.facts"

    def body() -> int:
        use(name)
        out.write_text(json.dumps(findings.gather()))
        return 0

    code, _ = in_child(body)
    if code:
        raise RuntimeError("the state cannot be looked at")
    return dict(json.loads(out.read_text()))


def _told(ended: tuple[int, bool]) -> dict[str, Any]:
    return {"code": ended[0], "killed": ended[1]}


def load(names: list[str]) -> dict[str, Any]:
    """Import what the children of these tests need and others do not: a vendor's own client."""
    loaded(*names)
    return {}


VERBS: dict[str, Callable[..., dict[str, Any]]] = {
    "load": load,
    "template": template,
    "fresh": fresh,
    "drop": drop,
    "run": run,
    "record": record,
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
