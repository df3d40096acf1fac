from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto


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
