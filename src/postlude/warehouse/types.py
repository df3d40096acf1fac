from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Mode = Literal["keyed", "sha256-legacy"]


@dataclass(frozen=True, slots=True)
class Keep:
    """Answers under these labels may leave, into this column."""

    column: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """What an organisation allows into its warehouse; without one nothing of a form leaves."""

    mode: Mode = "keyed"
    keep: tuple[Keep, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One sold ticket as it leaves: pseudonyms, facts of the sale, allowed answers."""

    table: str
    values: Mapping[str, object]
    answers: Mapping[str, str]

    @property
    def key(self) -> tuple[str, str, str]:
        """The key of the MERGE: organisation, event, attendee."""
        values = self.values
        return str(values["org"]), str(values["event_id"]), str(values["attendee_id"])


@dataclass(frozen=True, slots=True)
class Batch:
    """A frozen set of rows; `id` is the hash of its content, so that a repeat is recognised."""

    id: str
    org: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Loaded:
    """`repeated`: the ledger already had this batch and nothing was written."""

    batch: str
    rows: int
    repeated: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows each table holds for one organisation, and how many of them are refunded."""

    rows: Mapping[str, int]
    refunded: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class DroppedLabel:
    """A form question whose answers stay out until somebody allows the label."""

    label: str
    first_seen_at: datetime
    allowable: bool


@dataclass(frozen=True, slots=True)
class Problem:
    code: str
    words: str
    hint: str
    since: datetime
    next_try_at: datetime | None


@dataclass(frozen=True, slots=True)
class WarehouseStatus:
    """How far the copy is; read from our own database, so that looking never takes the file.

    `names` says what each table is called over there.
    """

    org: str
    back_end: str
    target: str
    mode: Mode
    schema_version: int
    names: Mapping[str, str]
    rows: Mapping[str, int]
    refunded: Mapping[str, int]
    last_batch: str | None
    last_loaded_at: datetime | None
    pending: int
    lag_seconds: float
    dead: int
    erasures_waiting: int
    replay_wanted: bool
    problem: Problem | None
    dropped_labels: tuple[DroppedLabel, ...]


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a rebuild did; `removed` rows were in the warehouse without a fact behind them."""

    rows: int
    removed: int


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """One file of an export; `sha256` is that of the file as it lies there."""

    name: str
    kind: str
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What an export wrote: the number of its schema, of whom, as of when, and its files."""

    schema: int
    org: str
    as_of: datetime
    format: str
    since: date | None
    until: date | None
    files: tuple[ExportedFile, ...]
