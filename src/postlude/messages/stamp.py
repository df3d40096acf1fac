"""The epoch stamp: a small file outside the database that remembers how much was sent.

It maps a database's own id to the highest tick known for it, so that another database (a new one,
a copy for tests) is not mistaken for an old state of this one.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings


def path() -> Path:
    """POSTLUDE_STAMP_FILE, else `epoch.stamp` in POSTLUDE_HOME."""
    named = getattr(settings, "POSTLUDE_STAMP_FILE", None)
    return Path(named) if named else Path(settings.POSTLUDE_HOME) / "epoch.stamp"


def required() -> bool:
    """Is a missing stamp a reason to wait? Only a host without a lasting disk says no."""
    return bool(getattr(settings, "POSTLUDE_STAMP_REQUIRED", True))


def ticks() -> dict[str, int]:
    """Return the highest tick of every database that the stamp knows."""
    return _load(path())


def read(database: str) -> int | None:
    """Return the highest tick of this database, None when the stamp does not know it."""
    return ticks().get(database)


def write(database: str, tick: int) -> None:
    """Remember `tick`, durably; never go back, whoever else writes at the same time."""
    file = path()
    file.parent.mkdir(parents=True, exist_ok=True)
    with _locked(file):
        ticks = _load(file)
        if ticks.get(database, -1) >= tick:
            return
        _replace(file, {**ticks, database: tick})


def _load(file: Path) -> dict[str, int]:
    try:
        return {str(key): int(value) for key, value in json.loads(file.read_text()).items()}
    except FileNotFoundError:
        return {}


def _replace(file: Path, ticks: dict[str, int]) -> None:
    fresh = file.with_name(f"{file.name}.{os.getpid()}.new")
    with fresh.open("w") as out:
        json.dump(ticks, out)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the rename itself must survive a power cut
    finally:
        os.close(folder)


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    with file.with_name(f"{file.name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
