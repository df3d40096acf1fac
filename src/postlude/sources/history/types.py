from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple


class Wrong(Exception):
    """What is wrong with a line: a code of `mistakes.CODES`, and the field it is about."""

    def __init__(self, code: str, about: str = "", hint: str = "", message: str = "") -> None:
        super().__init__(code)
        self.code, self.about, self.hint, self.message = code, about, hint, message


@dataclass(frozen=True, slots=True)
class Mistake:
    """A line that is not in, and why; `kept`: it is in, without the field that is wrong.

    Neither words nor hint repeat what the line said.
    """

    line: int
    code: str
    message: str
    hint: str
    field: str = ""
    kept: bool = False


class Item(NamedTuple):
    """A line that can be read. `key` names it for repeats, `print` says whether it is the same."""

    line: int
    kind: str
    key: str
    print: int
    fact: dict[str, Any]
    raw: bytes


@dataclass(frozen=True, slots=True)
class Kept:
    """What a line became: our own number of it, or what is wrong with it, or both."""

    ours: int | None = None
    wrong: Wrong | None = None
    is_in: bool = True


@dataclass(frozen=True, slots=True)
class CycleSeen:
    """A run of a journey in another system."""

    journey: str
    started_at: datetime
    title: str = ""
    folder: str = ""
    entered: int = 0


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a file came to. `new` and `known` are counts by kind, `rejected` and `warned` by code.

    `resumed`: an earlier try had been cut off, and this one went on. `repeated`: the file was
    loaded before, and nothing was done. `stopped`: there were more mistakes than allowed.
    """

    file: str
    digest: str
    lines: int
    new: Mapping[str, int] = field(default_factory=dict)
    known: Mapping[str, int] = field(default_factory=dict)
    rejected: Mapping[str, int] = field(default_factory=dict)
    warned: Mapping[str, int] = field(default_factory=dict)
    first: tuple[Mistake, ...] = ()
    rejects: str | None = None
    dry_run: bool = False
    resumed: bool = False
    repeated: bool = False
    stopped: bool = False
    cpu_seconds: float = 0.0
