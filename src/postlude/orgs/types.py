from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum, StrEnum, auto


class Unset(Enum):
    """Says "leave as it is" where None already means "none"."""

    UNSET = auto()


UNSET = Unset.UNSET


@dataclass(frozen=True, slots=True)
class OrgRef:
    id: int
    slug: str
    name: str
    zone: str
    currency: str
    locale: str
    region: str


@dataclass(frozen=True, slots=True)
class BranchRef:
    """`zone` is the branch's own, else the organisation's: always usable."""

    id: int
    org: int
    slug: str
    name: str
    zone: str


@dataclass(frozen=True, slots=True)
class Clocks:
    """Who lives by `zone`: those of `branches`; of the organisation's own zone (`home`) all others,
    also those of no branch.
    """

    zone: str
    branches: tuple[int, ...]
    home: bool

    @property
    def everybody(self) -> bool:
        return self.home and not self.branches

    @property
    def nobody(self) -> bool:
        return not self.home and not self.branches


@dataclass(frozen=True, slots=True)
class StaffRef:
    user: int
    username: str
    role: str


@dataclass(frozen=True, slots=True)
class KeyRef:
    """An API key without its secret; `id` is the prefix, which is safe to show and to log."""

    id: str
    org: int
    name: str
    scopes: frozenset[str]
    expires: datetime | None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class WriteKeyRef:
    """A public key of a site: whose it is, and from which origins hits may come."""

    key: str
    org: int
    name: str
    origins: frozenset[str]
    orders_close: bool = False
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class IdentityRules:
    """What an organisation wants where it is not certain who somebody is.

    `merge_by_phone`: who is known by a phone alone is a placeholder, and is merged into the member
    who shows that phone. `anonymous_after_logout`: on a computer whose member has logged out, the
    next hit without a login is of a visitor nobody knows, not of that member.
    """

    merge_by_phone: bool = True
    anonymous_after_logout: bool = False


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `count` marketing messages in `days` days; channel None counts all channels."""

    channel: str | None
    count: int
    days: int


@dataclass(frozen=True, slots=True)
class Fee:
    """A price: a fixed part in minor units of the organisation's currency, and a per-mille part."""

    minor: int = 0
    per_mille: int = 0


@dataclass(frozen=True, slots=True)
class Fees:
    """Prices by name ("email", "sms", …). A price of 0 is a price; None means nobody set one."""

    by_name: Mapping[str, Fee] = field(default_factory=dict)

    def of(self, name: str) -> Fee | None:
        return self.by_name.get(name)


class Counts(StrEnum):
    """Which touches count. SEED: every open, and clicks that the site speaks for. FILTERED: those
    without a sign of a machine. RAW: all.
    """

    SEED = "seed"
    FILTERED = "filtered"
    RAW = "raw"


class Identity(StrEnum):
    """Whose a click is that came from a browser of somebody else's: a mail that was passed on."""

    RECIPIENT = "recipient"
    CLICKER = "clicker"


@dataclass(frozen=True, slots=True)
class Measuring:
    """How touches are measured from a local day on (`from_day`; None: always).

    `trap`: mails carry a link that no person sees. `needs_consent`: who was never asked is only
    counted, as who said no. Sooner than `too_soon_ms` after the sending nobody reads; all links
    within `every_link_s` nobody follows; so long around a trap nothing is a person's.
    """

    from_day: date | None = None
    counts: Counts = Counts.SEED
    identity: Identity = Identity.RECIPIENT
    trap: bool = False
    needs_consent: bool = False
    too_soon_ms: int = 2_000
    every_link_s: int = 5
    trap_within_s: int = 60


@dataclass(frozen=True, slots=True)
class Retention:
    """How long hits are kept, in months (None: for ever), since when that holds, and how far it is.

    Days before `due` are to be closed, it was written down at `due_at`. Of local days before
    `closed` no hit is taken in any more; `quiet` times since nothing of them was waiting. What was
    said of days before `horizon` is final: nothing is counted or judged anew there. Touches of days
    before `gone` are deleted. None: that was never so.
    """

    months: int | None
    since: datetime | None = None
    closed: date | None = None
    closed_at: datetime | None = None
    horizon: date | None = None
    gone: date | None = None
    due: date | None = None
    due_at: datetime | None = None
    quiet: int = 0
