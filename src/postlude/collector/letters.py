"""What a page sends, and what becomes of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from postlude.activity.types import NO_CAMPAIGN, Campaign, Kind, Sign
from postlude.kernel.money import Money
from postlude.popups.types import Deed


# Not frozen: that triples what the making of one costs, and each hit makes one.
@dataclass(slots=True)
class Told:
    """One hit of a batch, checked. `at` is when it happened by our clock. `deed`: what was done
    with a popup, which `exposure` showed.
    """

    place: int
    kind: Kind
    message_id: str
    sent_ms: int
    at: datetime
    client_ts: datetime
    signs: Sign = Sign.NONE
    action: str = ""
    url: str = ""
    subject: str = ""
    products: tuple[str, ...] = ()
    properties: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    order: Money | None = None
    is_order: bool = False
    deed: Deed | None = None
    exposure: int = 0
    campaign: Campaign = NO_CAMPAIGN


@dataclass(frozen=True, slots=True)
class Refused:
    """One hit of a batch that cannot be used, and why. It is never worth sending again."""

    place: int
    code: str


@dataclass(slots=True)
class Batch:
    """A body, read. `member` is the shop's number of who has logged in; `consent` is None where
    the page does not say. `click` is the token of the click that led to the page.
    """

    cid: str
    member: str
    consent: bool | None
    automated: bool
    source: str
    marks: Mapping[str, str]
    told: tuple[Told, ...]
    refused: tuple[Refused, ...]
    ignored: tuple[str, ...]
    click: str = ""


@dataclass(slots=True)
class Letter:
    """A batch on its way into the database; `repeated` is written when it is there."""

    org: int
    orders_close: bool
    batch: Batch
    cid: str
    received_at: datetime
    agent: str
    reasons: int
    keeps: bool
    repeated: int = 0
    country: str = ""


@dataclass(slots=True)
class Sealed:
    """A batch of which all is plain, not read yet: `said` is what `plainly` has let pass."""

    org: int
    cid: str
    received_at: datetime
    agent: str
    reasons: int
    country: str
    said: Mapping[str, Any]


Heard = Letter | Sealed
