from dataclasses import dataclass, field
from datetime import datetime, timedelta

from postlude.sources.kktix.exports.types import RowNote


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a poll did not get all it asked for: texts to translate, without personal data.

    `message` has the places `{source}` and `{what}`; `missing` counts answers, if more than one.
    """

    message: str
    source: str
    what: str
    hint: str
    missing: int = 0


@dataclass(frozen=True, slots=True)
class PollReport:
    """What one poll of one source did.

    `ok` is False when the source did not answer all we asked; `error` says why, in English, `code`
    by the name of the error, and `trouble` for other languages. `finished` is False when the time
    ran out: the next poll goes on.
    """

    source: str
    ok: bool
    events: int = 0
    listed: int = 0
    fetched: int = 0
    changes: dict[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    error: str = ""
    code: str = ""
    trouble: Trouble | None = None
    seconds: float = 0.0
    finished: bool = True


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """How a source is. `silent_for` counts from the last success (or the source's first day)."""

    id: int
    slug: str
    kind: str
    last_success_at: datetime | None
    last_attempt_at: datetime | None
    last_webhook_at: datetime | None
    last_error: str
    silent_for: timedelta
    limit: timedelta
    next_poll_at: datetime | None
    failures: int
    poll_every: timedelta

    @property
    def silent(self) -> bool:
        """Nothing was heard for longer than the limit."""
        return self.silent_for > self.limit

    @property
    def lag(self) -> timedelta:
        """How old the newest complete picture is."""
        return self.silent_for


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop that tells of its orders by itself; `domain` is its name at the vendor."""

    slug: str
    kind: str
    domain: str
    last_webhook_at: datetime | None


@dataclass(frozen=True, slots=True)
class GuestReport:
    """What an import of guests did, or would do. With `errors` nothing was imported.

    `missing`: guests of this kind who are not in the file; they keep their ticket unless asked.
    """

    conference: str
    kind: str
    imported: bool
    dry_run: bool
    rows: int
    new: int = 0
    known: int = 0
    changed: int = 0
    missing: int = 0
    revoked: int = 0
    warnings: tuple[RowNote, ...] = ()
    errors: tuple[RowNote, ...] = ()
