"""The shape of a playbook: what may stand in the file, in the words of an organiser.

The JSON Schema that editors complete from, and docs/reference/playbook.md, are made of these
models and of the words under their names.
"""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from postlude.playbooks.credit import Attribution
from postlude.playbooks.letting_in import Resource
from postlude.playbooks.notices import TimedNotice
from postlude.playbooks.part import Part
from postlude.playbooks.paths import Path
from postlude.playbooks.popups import Popup
from postlude.playbooks.promotions import (
    Budget,
    CardType,
    Coupons,
    Group,
    Key,
    Quota,
    Rule,
)
from postlude.playbooks.scalars import (
    Cap,
    Fee,
    FeeName,
    Instant,
    Kind,
    Length,
    Pattern,
    Quiet,
    Secret,
    Slug,
    Zone,
)
from postlude.playbooks.senders import Sender
from postlude.playbooks.team import Alerts, Discord


class Branch(Part):
    """A restaurant of a chain, a shop of several; orders name it by its slug."""

    name: str = Field(min_length=1)
    zone: Zone | None = None
    """Its clocks, where they are not the organisation's: notices go out by them."""


class Organisation(Part):
    """Who we are."""

    slug: Slug
    """The name in URLs and files; it stays."""
    name: str = Field(min_length=1)
    """The name people know."""
    zone: Zone
    """Where days begin and quiet hours are kept."""
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    """ISO 4217; it stays, since past sales are in it."""
    locale: str = "zh-Hant"
    """The language for people who did not say one."""
    region: str = Field(default="TW", pattern=r"^[A-Z]{2}$")
    """Where phone numbers without a country are from."""
    quiet: Quiet | None = None
    """When marketing mail rests. Invitations do not."""
    caps: list[Cap] = Field(default_factory=list)
    """How much marketing one person gets, of every channel together or of one: `3 in 7 days`,
    `1 sms in 1 day`. None is no limit. Invitations do not count and are not held up."""
    fees: dict[FeeName, Fee] = Field(default_factory=dict)
    """What things cost you, for reports: `sms: 1.35`, `card: 10 + 2.8 %`."""
    popups_a_day: int | None = Field(default=None, ge=0)
    """How many popups one visitor sees a day, of all together. None is no limit."""
    branches: dict[Slug, Branch] = Field(default_factory=dict)
    """The restaurants of a chain. One that is left out later stays: orders were made there."""


class FormLabels(Part):
    """Which questions of the form hold the buyer's name, e-mail and phone."""

    name: str = "聯絡人 姓名"
    email: str = "聯絡人 Email"
    phone: str = "聯絡人 手機"


class Source(Part):
    """Where sales come from."""

    kind: Literal["kktix"] = "kktix"
    url: str = "https://kktix.com/api/v2"
    """The organiser API."""
    token: Secret = "${KKTIX_TOKEN}"  # noqa: S105 - a reference
    webhook_secret: Secret = "${KKTIX_WEBHOOK_SECRET}"  # noqa: S105 - a reference
    """What KKTIX sends along with each webhook."""
    webhook_header: str = Field(default="x-kktix-secret", pattern=r"^[a-z0-9-]+$")
    """The header it sends that in, in small letters."""
    heartbeat: Secret = ""
    """A URL to ping after each good poll (healthchecks and the like)."""
    poll_every: Length = timedelta(minutes=2)
    """The back-stop behind the webhook."""
    silent_after: Length = timedelta(minutes=10)
    """How long no poll may succeed before you are told."""
    events: list[Pattern] = Field(default=["*"], min_length=1)
    """Only events whose name fits one of these are taken in."""
    join: Literal["attendee_id", "order"] = "attendee_id"
    """Whether a webhook's ticket ids are the attendee ids, or tickets meet by their order."""
    labels: FormLabels = FormLabels()
    concurrency: int = Field(default=4, ge=1, le=8)
    """How many questions a poll asks at a time."""
    unpaid: int = Field(default=200, ge=0, le=1_000)
    """How many unpaid registrations each poll looks at again: a transfer may arrive any day."""
    rescan: int = Field(default=20, ge=0, le=1_000)
    """How many other known attendees each poll looks at again, for changed names and addresses."""
    shrink: float = Field(default=0.2, ge=0, lt=1)
    """The share of attendees that may vanish from a list before it is not believed."""
    shrink_floor: int = Field(default=3, ge=0)
    """As many may always vanish."""


class KindRule(Part):
    """Events whose name fits are of this kind; the first fit decides, none is `other`."""

    name: Pattern
    kind: Kind


class LetsIn(Part):
    """Tickets of this type at events of this name open these resources. The first fit decides."""

    event: Pattern = "*"
    ticket: Pattern = "*"
    to: list[str]
    """Names of resources of this conference; an empty list opens nothing, on purpose."""


class Stock(Part):
    """How many tickets of a type there are, where the source does not say."""

    event: Pattern = "*"
    ticket: Pattern
    total: int = Field(ge=0)
    """Types that fit no line are shown as unlimited."""


class Conference(Part):
    """Events that belong together: one invitation a person, whatever they bought."""

    name: str = Field(min_length=1)
    """The name in the mail."""
    events: Pattern
    """Events whose name fits belong to it."""
    starts: Instant | None = None
    ends: Instant | None = None
    """Inviting stops here. Without it buyers are invited as long as tickets are sold."""
    place: str = Field(default="", max_length=300)
    """Where it is, for the calendar entry that goes with the mails. The entry needs both dates."""
    website: str = Field(default="", max_length=500, pattern=r"^(https?://\S+)?$")
    """For the calendar entry: a page for everybody, no personal link."""
    resources: dict[Slug, Resource] = Field(default_factory=dict)
    """What there is to enter."""
    lets_in: list[LetsIn] = Field(default_factory=list)
    """Which ticket opens what. A ticket that fits none gets nothing, and you are warned."""
    tickets: list[Stock] = Field(default_factory=list)
    """How many there are: “sold out” and the totals of Discord's /event status. The first fit
    decides."""


class Text(Part):
    """One language of a mail (`subject` and the rest), or of a text message (`sms` alone)."""

    subject: str = Field(default="", min_length=1)
    mjml: str = ""
    """A file; MJML becomes HTML that mail programs show alike."""
    html: str = ""
    """A file, instead of mjml."""
    text: str = ""
    """A file, or several lines; made from the HTML when left out."""
    sms: str = Field(default="", min_length=1)
    """A text message as it is read: it goes through a sender of text messages."""


class Check(Part):
    """Who goes on; nothing said lets everybody through."""

    kinds: list[Kind] = Field(default_factory=list)
    events: list[Pattern] = Field(default_factory=list)
    tickets: list[Pattern] = Field(default_factory=list)
    before_end: bool = True
    """Stop for who bought after the conference has ended."""


class Wait(Part):
    """Wait until the person is let in everywhere."""

    at_most: Length = timedelta(hours=1)
    """Then go on with what was given."""


class Send(Part):
    """A mail."""

    by: str
    """The name of a sender."""
    using: dict[str, str] = Field(min_length=1)
    """The event's kind and the template for it; `*` stands for all others."""
    within: Length = timedelta(days=14)
    """Later it would be of no use: it expires."""


class Notice(Send):
    """A mail to everybody at a set time."""

    klass: Literal["transactional", "service"] = Field(default="transactional", alias="class")
    """`service` heeds quiet hours and who wants no mail; `transactional` reaches every holder."""


class Step(Part):
    """One step; exactly one of these is given."""

    check: Check | None = None
    let_in: Literal["everything they bought"] | None = None
    """Open whatever the person's tickets open."""
    wait: Wait | None = None
    invite: Send | None = None
    """The invitation: one a person and conference, ever."""
    another_ticket: Send | None = None
    """A short mail for a later ticket of somebody who was invited."""


class Journey(Part):
    """What happens: step by step after a ticket was paid (`do`), or once at a set time (`at` or
    `before_start`, `who` and `send`).
    """

    title: str = ""
    folder: str = ""
    when: Literal["ticket.paid"] = "ticket.paid"
    """What starts the steps; a journey at a set time has no `when`."""
    conferences: list[str] = Field(default_factory=list)
    """Names of conferences; none means every one."""
    active: bool = True
    """false: nobody new enters; who is in it goes on."""
    do: list[Step] | None = Field(default=None, min_length=1)
    """The steps after a sale."""
    at: Instant | None = None
    """When the mail goes, on the organisation's clocks. A time that they show twice is the first,
    one that they skip is when they jump."""
    before_start: Length | None = None
    """Or so long before the conference starts; whole days keep the time of day."""
    who: str = Field(default="", pattern=r"^(holders of [a-z0-9][a-z0-9-]{0,62})?$")
    """To whom: `holders of` a conference. Later buyers get it with their invitation."""
    send: Notice | None = None
    """The mail that goes then: once a person and conference, never after the conference."""

    @property
    def scheduled(self) -> bool:
        """Whether a time starts it."""
        return bool({"at", "before_start", "who", "send"} & self.model_fields_set)

    @property
    def holders_of(self) -> str:
        return self.who.removeprefix("holders of ")


def _kind_of_journey(value: object) -> str:
    stepped = "steps" in value if isinstance(value, dict) else isinstance(value, Path)
    return "Path" if stepped else "Journey"


AnyJourney = Annotated[
    Annotated[Journey, Tag("Journey")] | Annotated[Path, Tag("Path")],
    Discriminator(_kind_of_journey),
]


class Keep(Part):
    """Answers under these questions may leave, into this column."""

    column: str
    labels: list[str] = Field(min_length=1)
    """The questions as the form asks them; a `*` at the end stands for any ending."""


class Warehouse(Part):
    """What may leave to the warehouse: pseudonyms, the sale, and the answers allowed here."""

    pseudonyms: Literal["keyed", "sha256-legacy"] = "keyed"
    """`sha256-legacy` joins to old tables and can be reversed by guessing."""
    keep: list[Keep] = Field(default_factory=list)


class Playbook(Part):
    """A versioned file of everything that should happen after somebody buys a ticket."""

    playbook: Slug
    """Its name; the versions of one name follow each other."""
    organisation: Organisation
    sources: dict[Slug, Source] = Field(default_factory=dict)
    kinds: list[KindRule] = Field(default_factory=list)
    conferences: dict[Slug, Conference] = Field(default_factory=dict)
    senders: dict[Slug, Sender] = Field(default_factory=dict)
    templates: dict[Slug, dict[str, Text]] = Field(default_factory=dict)
    """Mails and text messages by name, each in its languages."""
    journeys: dict[Slug, AnyJourney] = Field(default_factory=dict)
    """What happens after a sale (`do`), at a set time (`at`), or step by step (`steps`).
    docs/howto/journeys.md"""
    notices: dict[Slug, TimedNotice] = Field(default_factory=dict)
    """Notices on a timetable. docs/howto/notices.md"""
    popups: dict[Slug, Popup] = Field(default_factory=dict)
    """Windows on the pages of your site. docs/howto/popups.md"""
    attribution: Attribution | None = None
    """Which opens and clicks an order is credited to. docs/why/attribution.md"""
    quotas: dict[Key, Quota] = Field(default_factory=dict)
    budgets: dict[Key, Budget] = Field(default_factory=dict)
    coupons: dict[Key, Coupons] = Field(default_factory=dict)
    groups: dict[str, Group] = Field(default_factory=dict)
    """Groups of rules by their path; `""` holds for rules in no group."""
    rules: dict[Key, Rule] = Field(default_factory=dict)
    cards: dict[Slug, CardType] = Field(default_factory=dict)
    alerts: Alerts | None = None
    discord: Discord | None = None
    warehouse: Warehouse = Warehouse()

    @property
    def sold(self) -> dict[str, Journey]:
        """The journeys that a sale or a set time starts."""
        return {slug: it for slug, it in self.journeys.items() if isinstance(it, Journey)}

    @property
    def paths(self) -> dict[str, Path]:
        """The journeys in steps."""
        return {slug: it for slug, it in self.journeys.items() if isinstance(it, Path)}
