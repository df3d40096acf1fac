"""Business time comes from `kernel.clock`; ids and leases alone read real time, inside the kernel."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[3] / "src" / "postlude"
# Real time on purpose: the clock itself, ids that never repeat, leases, the stamp of a log line.
ALLOWED = {"kernel/clock.py", "kernel/ids.py", "kernel/store.py", "kernel/logs.py"}
# The sandbox plays other people's machines, which have clocks of their own.
ALLOWED_FOLDERS = ("sandbox/",)
FORBIDDEN = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
    ("time", "time_ns"),
    ("time", "monotonic"),
    ("timezone", "now"),
}


def readings(source: str) -> list[int]:
    """Return the lines that read a clock."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr) in FORBIDDEN
    ]


@pytest.mark.parametrize(
    "path", sorted(SOURCE.rglob("*.py")), ids=lambda p: str(p.relative_to(SOURCE))
)
def test_only_the_kernel_tells_time(path: Path) -> None:
    name = str(path.relative_to(SOURCE))
    if name in ALLOWED or name.startswith(ALLOWED_FOLDERS) or "/migrations/" in name:
        return
    assert [] == readings(path.read_text(encoding="utf-8"))


def test_a_reading_would_be_seen() -> None:
    assert [2] == readings("from datetime import datetime\nx = datetime.now()\n")
