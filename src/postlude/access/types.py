from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class State(StrEnum):
    """Where a grant is. `revoked` and `failed` go back to `pending` when there is a reason to."""

    PENDING = "pending"
    GRANTED = "granted"
    REVOKED = "revoked"
    FAILED = "failed"


class Failure(StrEnum):
    """Why a grant failed for good.

    REFUSED: the vendor turned our account away (401, 403, 404): mend the key or the space.
    NO_ADDRESS: the contact has no address to let in. INVALID: the vendor will not take this one.
    """

    REFUSED = "refused"
    NO_ADDRESS = "no_address"
    INVALID = "invalid"


class ByHand(StrEnum):
    """Why a pending grant waits for a person instead of its authoriser.

    MANUAL: the resource is always opened by hand. REFUSED: its vendor turns our account away.
    UNMATCHED: the vendor cannot tell who this buyer is.
    """

    MANUAL = "manual"
    REFUSED = "refused"
    UNMATCHED = "unmatched"


# A person stands in for an authoriser that could not; it gets these back when it works again.
FALL_BACK = frozenset({ByHand.REFUSED, ByHand.UNMATCHED})


class GoneReason(StrEnum):
    """Why a personal link leads nowhere."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    REVOKED = "revoked"
    REPLACED = "replaced"
    NOT_READY = "not_ready"


@dataclass(frozen=True, slots=True)
class Resource:
    """Something people are let into. `settings` holds `${NAME}` references, never a secret.

    gather: `api_key` (a reference), `space` (`abc123/Name`, or the web address
    of the space), optional `base_url`, `link`, `role`, `affiliation`.
    youtube: `url` (the unlisted link, or a reference).
    discord_role: `token` (a reference), `guild`, `role` (ids), `question` (the form's), optional
    `link`, `base_url`.
    manual: `link` (where a person who was let in by hand goes).
    Any kind: `link_days` (how long a personal link lives after the event, default 30).
    """

    key: str
    kind: str
    title: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MapRule:
    """Tickets of this type at events of this name open these resources; the first fit decides.

    Patterns as in `orders`: plain words match anywhere, `*` and `?` are wild cards. No resources:
    such tickets are known to open nothing, which is not a warning.
    """

    event: str
    ticket_type: str
    resources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GrantFact:
    """`resource` is the key. `to_remove_by_hand`: revoked here, still on the vendor's list.

    `by_hand`: pending, and waits for a person, why (see `ByHand`). `done_by`: who let them in.
    """

    id: int
    contact: int
    conference: int
    resource: str
    kind: str
    title: str
    state: str
    failure: str
    attempts: int
    words: str
    created_at: datetime
    granted_at: datetime | None
    revoked_at: datetime | None
    to_remove_by_hand: bool
    by_hand: str = ""
    done_by: str = ""


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """Somebody whom a person should let in. `edition` counts address changes of the grant."""

    grant: int
    edition: int
    contact: int
    conference: int
    resource: str
    kind: str
    title: str
    reason: ByHand
    words: str
    since: datetime


@dataclass(frozen=True, slots=True)
class ManualQueue:
    """The people whom a person should let into one resource, longest waiting first.

    `count` is all of them, `entries` at most as many as were asked for. `refused`: the vendor
    turns us away at present, in `words`.
    """

    conference: int
    resource: str
    kind: str
    title: str
    refused: bool
    words: str
    count: int
    since: datetime
    entries: tuple[QueueEntry, ...]


@dataclass(frozen=True, slots=True)
class GrantEventFact:
    """One line of a grant's history; `actor` is empty when nobody in particular did it."""

    grant: int
    contact: int
    conference: int
    resource: str
    kind: str
    at: datetime
    words: str
    actor: str


@dataclass(frozen=True, slots=True)
class Removal:
    """An address that a person should take off a vendor's list; `address` is an id in `people`.

    `former`: the contact's address has changed since, so the present one is not the one to remove.
    """

    id: int
    grant: int
    contact: int
    conference: int
    resource: str
    kind: str
    address: int | None
    since: datetime
    former: bool = False


@dataclass(frozen=True, slots=True)
class ResourceFailure:
    """A resource whose vendor does not let us work. `refused`: it will not mend by itself."""

    resource: str
    kind: str
    title: str
    conference: int
    refused: bool
    since: datetime
    words: str
    grants: int


@dataclass(frozen=True, slots=True)
class ResourceStatus:
    """Counts of one resource's grants, by state."""

    conference: int
    resource: str
    kind: str
    title: str
    pending: int
    granted: int
    revoked: int
    failed: int
    to_remove_by_hand: int


@dataclass(frozen=True, slots=True)
class Target:
    """Where a personal link leads, and whose it is."""

    url: str
    org: int
    grant: int
    contact: int
    conference: int
    resource: str


@dataclass(frozen=True, slots=True)
class Gone:
    """A personal link that leads nowhere (any more); `org` when we know whose it was."""

    reason: GoneReason
    org: int | None = None
    grant: int | None = None
