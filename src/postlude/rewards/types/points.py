from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What an entry of the journal did; the system's leg follows from it and from the reason.

    The last five are the ledger's own: RELEASE also when a hold ran out, EXPIRE when the sweep
    posts what time has done, REPAY when points meet a debt, LEAVE and ARRIVE when two contacts
    turn out to be one person.
    """

    GRANT = "grant"
    SPEND = "spend"
    HOLD = "hold"
    CAPTURE = "capture"
    REVERSE = "reverse"
    REFUND = "refund"
    RELEASE = "release"
    EXPIRE = "expire"
    REPAY = "repay"
    LEAVE = "leave"
    ARRIVE = "arrive"


@dataclass(frozen=True, slots=True)
class Give:
    """`amount` (> 0, whole units) of `currency` for a contact.

    `currency` is `points`, or `bonus:TWD` for bonus money in minor units; `card:TWD` is the money
    of a gift card, whose id then stands for the contact. `reason` is kept word for word. It may be
    spent from `available_from` (None: at once) until `expires_at` (None: for ever).
    """

    key: str
    contact: int
    amount: int
    reason: str
    currency: str = "points"
    available_from: datetime | None = None
    expires_at: datetime | None = None
    campaign: str = ""


@dataclass(frozen=True, slots=True)
class Take:
    """`amount` (> 0) of `currency` to be spent or held; `partial` takes what there is.

    `expires_at` is for a hold: from then on it counts as released (None: it stays until settled).
    """

    key: str
    contact: int
    amount: int
    reason: str
    currency: str = "points"
    partial: bool = False
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Capture:
    """Spend what the hold with the key `hold` has, or `amount` of it; the rest returns."""

    key: str
    hold: str
    amount: int | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """Return what the hold with the key `hold` holds to the lots that it came from."""

    key: str
    hold: str


@dataclass(frozen=True, slots=True)
class Reverse:
    """Undo the entry with the key `of`, or `amount` of it (None: all that can still be undone).

    A grant is taken back; what was spent of it becomes a debt. A spend or a capture is refunded to
    the lots that it took. An empty `reason` repeats the reason of that entry.
    """

    key: str
    of: str
    reason: str = ""
    amount: int | None = None


@dataclass(frozen=True, slots=True)
class Balance:
    """At one instant: what may be spent, what is held, what comes later, what is owed.

    Not more than one of `available` and `debt` is above zero.
    """

    contact: int
    currency: str
    available: int
    held: int = 0
    coming: int = 0
    debt: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the journal, as stored; `available`, `held` and `debt` are the signed changes.

    `of` is the entry that this one settles, undoes or follows, `until` when a hold runs out. `at`
    is when it takes effect: for a hold that ran out, and for an expiry, the instant itself,
    whenever it was posted.
    """

    id: int
    key: str
    contact: int
    currency: str
    kind: Kind
    amount: int
    available: int
    held: int
    reason: str
    at: datetime
    campaign: str = ""
    debt: int = 0
    of: int | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    """The outcome for one key.

    `short`: by how much there was too little; then nothing was done, and `entry` is None, or the
    entry that had settled the hold before. `replayed`: the key was known, this is its outcome.
    """

    key: str
    entry: Entry | None
    short: int = 0
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Leg:
    """One side of an entry: an account (`available`, `held`, `debt`, `issued:…`) and its change."""

    entry: int
    account: str
    amount: int
