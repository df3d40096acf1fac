from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal


class Reason(StrEnum):
    """Why an address is not written to. Strongest first: the first that applies is told."""

    ERASURE = "erasure"
    HARD_BOUNCE = "hard_bounce"
    COMPLAINT = "complaint"
    BLOCKED = "blocked"
    MANUAL = "manual"
    UNSUBSCRIBE = "unsubscribe"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does it. `id` is an id (user number, key prefix, job name), never a name or address."""

    kind: Literal["staff", "key", "system", "cli", "discord"]
    id: str


@dataclass(frozen=True, slots=True)
class PersonSeen:
    """A person as a source shows them, raw.

    `reference` is the source's own key of the row that shows this person, the smallest there is
    ("kktix:attendee:123"; an order's where there is no attendee). It finds the person again when
    the e-mail cannot. `shown_at` is how old this view of the row is; None: not known (a file).
    Where nobody is written to by e-mail (`needs_email` False), to have none is no problem.
    """

    email_raw: str | None
    phone_raw: str | None = None
    name: str | None = None
    locale: str | None = None
    source: str = ""
    reference: str = ""
    shown_at: datetime | None = None
    needs_email: bool = True


@dataclass(frozen=True, slots=True)
class Changed:
    """A contact whose row shows another e-mail than it did; nobody here has that one yet.

    `references` are the rows that show it. It is the same person by name, as far as rows tell.
    """

    contact: int
    email_raw: str
    references: frozenset[str]


@dataclass(frozen=True, slots=True)
class AddressProblem:
    """What is wrong with an address, shown without showing it.

    Codes: missing · bad_address · taken (another person's) · erased (may not be known again) ·
    no_contact.
    """

    code: str
    masked: str
    hint: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class Recognised:
    contact: int | None
    created: bool = False
    problem: AddressProblem | None = None


@dataclass(frozen=True, slots=True)
class CustomerSeen:
    """A customer as a shop's own programs show one; what is not given stays as it is.

    At least one of `number` (the shop's own), `phone` and `email` finds the customer, in this
    order. `birthday` is (month, day). `consents` are a yes or a no for each channel (sms, email).
    `zone` is an IANA zone, by whose clocks they live.
    """

    number: str = ""
    phone: str | None = None
    email: str | None = None
    name: str | None = None
    birthday: tuple[int, int] | None = None
    locale: str = ""
    consents: tuple[tuple[str, bool], ...] = ()
    zone: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """A hit of a browser: `cid` is the browser's cookie, `member` the shop's number of who has
    logged in ("": nobody says so), `source` where the visit came from ("": not known). With
    `logged_out` the member said goodbye in it.
    """

    cid: str
    at: datetime
    member: str = ""
    source: str = ""
    google_id: str = ""
    facebook_id: str = ""
    country: str = ""
    scid: str = ""
    logged_out: bool = False


@dataclass(frozen=True, slots=True)
class Visited:
    """Which visitor it was, and who that is; None: nobody known."""

    visitor: int
    contact: int | None


@dataclass(frozen=True, slots=True)
class CustomerKept:
    """Who it is. `problem`: nothing was kept, because of `wrong` (phone, email, zone, who).

    `taken` are the addresses that are another customer's and were therefore not given to this one.
    """

    contact: int | None
    created: bool = False
    problem: AddressProblem | None = None
    wrong: str = ""
    taken: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Merged:
    """Two contacts joined or parted: who spoke for both, who was joined, how many ids they had.

    `changed` is False where there was nothing to do.
    """

    contact: int
    joined: int
    size: int
    changed: bool


@dataclass(frozen=True, slots=True)
class Joined:
    """A line of the ledger: who was joined to whom; and what undid it, if anything did.

    `reason`: same_email · same_phone · same_line · email_by_hand · by_hand · placeholder.
    """

    id: int
    child: int
    parent: int
    reason: str
    why: str
    by: Actor
    at: datetime
    undone_at: datetime | None = None
    undone_why: str = ""
    undone_by: Actor | None = None


@dataclass(frozen=True, slots=True)
class Absorbed:
    """Which placeholders were merged into whom, and which members share what they had."""

    pairs: tuple[tuple[int, int], ...]
    conflicts: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Contested:
    """Two contacts that share something of one kind (phone, email, line, …).

    `resolution`: joined or apart, "" while nobody has said which.
    """

    id: int
    kind: str
    one: int
    other: int
    since: datetime
    resolved_at: datetime | None = None
    resolution: str = ""


@dataclass(frozen=True, slots=True)
class Description:
    """What the organisation says of a contact; what is not given stays as it is.

    `birthday` is (month, day): the year is not kept. `zone` is an IANA zone. `forget` takes one of
    the three away.
    Tags and segments are words as the organisation writes them, compared letter by letter.
    """

    contact: int
    level: str | None = None
    birthday: tuple[int, int] | None = None
    add_tags: frozenset[str] = frozenset()
    drop_tags: frozenset[str] = frozenset()
    add_segments: frozenset[str] = frozenset()
    drop_segments: frozenset[str] = frozenset()
    forget: frozenset[Literal["level", "birthday", "zone"]] = frozenset()
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A contact as rules see one: for decisions, never for a page (the birthday is personal)."""

    contact: int
    level: str | None = None
    birthday: int | None = None
    tags: frozenset[str] = frozenset()
    segments: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SaidAddress:
    """Where a contact is reached: `kind` is line, crescendo_line, messenger or push."""

    contact: int
    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a chat app or on a device, for human eyes: never in clear."""

    kind: str
    masked: str
    since: datetime
    blocked: bool


@dataclass(frozen=True, slots=True)
class Address:
    id: int
    value: str


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """Keyed hashes; None where the value is not known. `email_legacy` is the plain hash of the
    raw e-mail, for joining old tables only.
    """

    email: str | None
    phone: str | None
    name: str | None
    email_legacy: str | None = None


@dataclass(frozen=True, slots=True)
class PersonShown:
    """A person for human eyes. Every value is masked when `masked`.

    `email_as_given` is what a source gave and nobody can deliver to.
    """

    contact: int
    name: str
    email: str
    phone: str
    masked: bool
    locale: str
    email_as_given: str = ""
    past_emails: tuple[str, ...] = ()
    first_seen_at: datetime | None = None
    erased_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AddressWarning:
    """A person who cannot be reached, and the row to look at."""

    id: int
    contact: int
    reference: str
    code: str
    masked: str
    message: str
    hint: str
    since: datetime
    resolved_at: datetime | None


@dataclass(frozen=True, slots=True)
class View:
    """One reading of a person's clear values."""

    contact: int
    actor: Actor
    purpose: str
    fields: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure did: per shredder, how many things it removed."""

    contact: int
    shredded: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ErasureRecord:
    """An erasure as it is kept beside the backups: keyed hashes, no personal value."""

    contact: int
    hashes: tuple[tuple[str, str], ...]
    at: datetime
