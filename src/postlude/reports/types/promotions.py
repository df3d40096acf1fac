from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Number(StrEnum):
    """What can be opened of a rule, in the order in which it is shown.

    `reserved` are all orders in which the rule came into force; they are `held`, `confirmed`,
    `cancelled`, `expired` or `reversed` now. `refused` are those in which it did not.
    """

    PREVIEWED = "previewed"
    RESERVED = "reserved"
    HELD = "held"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REVERSED = "reversed"
    REPEATED = "repeated"
    REFUSED = "refused"
    PAID_IN = "paid_in"
    GIVEN = "given"
    SPENT = "spent"
    BURNT = "burnt"
    TAKEN_BACK = "taken_back"
    LIVE = "live"
    OWED = "owed"
    COUPONS_GIVEN = "coupons_given"
    COUPONS_REDEEMED = "coupons_redeemed"


STATES = (Number.HELD, Number.CONFIRMED, Number.CANCELLED, Number.EXPIRED, Number.REVERSED)
UNITS = (
    Number.GIVEN,
    Number.SPENT,
    Number.BURNT,
    Number.TAKEN_BACK,
    Number.LIVE,
    Number.OWED,
)
OF_MONEY = frozenset({Number.PAID_IN, *UNITS})


@dataclass(frozen=True, slots=True)
class Days:
    """Local days of the orders, both in; None is open."""

    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """How often one leaf (or a rule that ranks higher, or a claim) kept a rule out.

    `why` and `detail` are words of `rules`: condition, unknown, claim with sold_out or per_person
    and the like, outranked. `words` say what the leaf asks for.
    """

    why: str
    leaf: str
    detail: str
    words: str
    count: int


@dataclass(frozen=True, slots=True)
class Purse:
    """What became of one currency of the ledger (`points`, `bonus:CNY`) that a rule gave.

    given = spent + burnt + taken_back + live. `burnt` has expired, posted or not; `owed` was
    spent already when it was taken back, and stays among the spent.
    """

    currency: str
    given: int = 0
    spent: int = 0
    burnt: int = 0
    taken_back: int = 0
    live: int = 0
    owed: int = 0


@dataclass(frozen=True, slots=True)
class Turnover:
    """What was paid in by the confirmed orders of one currency, and the bonus money they keep."""

    currency: str
    paid_in: int
    bonus: int

    @property
    def share(self) -> float | None:
        """Return bonus money / paid in, of 1; None of nothing."""
        return round(self.bonus / self.paid_in, 6) if self.paid_in else None


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule. `previewed` is approximate (see the docs), everything else exact."""

    rule: str
    title: str
    business: str
    versions: int
    counts: dict[Number, int]
    refusals: tuple[Refusal, ...] = ()
    turnover: tuple[Turnover, ...] = ()
    purses: tuple[Purse, ...] = ()

    def count(self, number: Number) -> int:
        return self.counts.get(number, 0)


@dataclass(frozen=True, slots=True)
class Promotions:
    """All rules that are or ever were in force; `now` is when what is left was looked at."""

    days: Days
    zone: str
    now: datetime
    rules: tuple[RuleLine, ...]


@dataclass(frozen=True, slots=True)
class OrderRow:
    """A rule order behind a number; `figure` is what it adds to it."""

    key: str
    contact: int | None
    business: str
    day: date
    decided_at: datetime
    state: str
    amount: int | None
    currency: str
    figure: int
    why: Refusal | None = None


@dataclass(frozen=True, slots=True)
class DayRow:
    day: date
    figure: int


@dataclass(frozen=True, slots=True)
class Opened:
    """A page of what is behind a number, the newest first; all figures add up to `figure`."""

    rule: str
    number: Number
    rows: tuple[OrderRow | DayRow, ...]
    total: int
    figure: int
    next_offset: int | None


@dataclass(frozen=True, slots=True)
class Which:
    """Which number: of a refusal its why, leaf and detail, of money its currency; "" is any."""

    number: Number
    why: str = ""
    leaf: str = ""
    detail: str = ""
    currency: str = ""


@dataclass(slots=True)
class Tally:
    """A rule's numbers while they are added up."""

    counts: dict[Number, int] = field(default_factory=dict)
    refusals: dict[tuple[str, str, str], list[str | int]] = field(default_factory=dict)
    paid: dict[str, int] = field(default_factory=dict)
    units: dict[str, dict[Number, int]] = field(default_factory=dict)
