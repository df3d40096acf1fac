from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` to `end` (half-open) of the text that was parsed."""

    start: int
    end: int


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake. `span` lies in the template's text; `pointer` (RFC 6901) in the parameters.

    `within` lies in the text that `pointer` leads to, where that has a language of its own.
    """

    code: str
    message: str
    hint: str = ""
    span: Span | None = None
    pointer: str = ""
    severity: Severity = Severity.ERROR
    within: Span | None = None
