"""The shape of a check that `postlude doctor` runs; each room brings its own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warning", "problem"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found, and what to do about it."""

    check: str
    level: Level
    what: str
    fix: str = ""


Check = Callable[[], list[Finding]]
