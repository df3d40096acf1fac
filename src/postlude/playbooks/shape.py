"""The shape of a playbook: what may stand in the file, in the words of an organiser.

The JSON Schema that editors complete from, and docs/reference/playbook.md, are made of these
models and of the words under their names.
"""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from postlude.playbooks.notices import TimedNotice
from postlude.playbooks.part import Part
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
    From,
    Instant,
    Kind,
    Length,
    May,
    Pattern,
    Quiet,
    Secret,
    Slug,
    Zone,
)


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


class Gather(Part):
    """A Gather space: the buyer's e-mail goes on its guest list."""

    kind: Literal["gather"]
    title: str
    """What the button in the mail says."""
    space: str
    """The space as in its URL: id/name."""
    api_key: Secret
    """The key of an admin or builder of the space."""
    base_url: str = ""
    link: str = ""
    """Where the button leads, if not to the space itself."""


class YouTube(Part):
    """An unlisted video, handed over as a personal link of our own that expires."""

    kind: Literal["youtube"]
    title: str
    """What the button in the mail says."""
    url: str
    """The unlisted video; buyers see our link, never this one."""


class Manual(Part):
    """A place that a person opens: a queue of e-mails with a "done" button."""

    kind: Literal["manual"]
    title: str
    """What the button in the mail says."""
    link: str
    """Where the button leads."""


class DiscordRole(Part):
    """A role in a Discord server, for the user whom the buyer named in the form."""

    kind: Literal["discord_role"]
    title: str
    """What the button in the mail says."""
    guild: str
    """The server's id."""
    role: str
    """The id of the role; the bot's own role must stand above it."""
    question: Pattern
    """The question of the form whose answer is the user name, or the user's id."""
    token: Secret = "${DISCORD_BOT_TOKEN}"  # noqa: S105 - a reference
    link: str = ""
    """Where the button leads, if not to the server itself: an invitation to it."""
    base_url: str = ""


Resource = Annotated[Gather | YouTube | Manual | DiscordRole, Field(discriminator="kind")]


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


class Mailgun(Part):
    """A Mailgun account."""

    via: Literal["mailgun"]
    sender: From = Field(alias="from")
    """The name and address in the mail."""
    reply_to: From = ""
    """Where answers go; else to `from`."""
    domain: str
    """The sending domain at Mailgun."""
    api_key: Secret
    signing_key: Secret
    """Signs Mailgun's webhooks: deliveries, bounces, complaints."""
    region: Literal["us", "eu"] = "us"
    base_url: str = ""
    """Another API address; it wins over the region."""
    tracking: Literal["own", "vendor"] = "own"
    """Who counts opens and clicks."""
    rate: float = Field(default=50.0, gt=0, le=1_000)
    """Mails a second."""
    a_month: int | None = Field(default=None, gt=0)
    """The quota; when it is used up, sending rests till the next month and you are told."""


class Anymail(Part):
    """An account at any other ESP that django-anymail reaches; each needs its own keys."""

    via: Literal["anymail"]
    esp: Literal[
        "brevo",
        "mailersend",
        "mailjet",
        "mailtrap",
        "mandrill",
        "postmark",
        "resend",
        "sendgrid",
        "sparkpost",
        "unisender_go",
    ]
    """Whose account it is."""
    sender: From = Field(alias="from")
    """The name and address in the mail."""
    reply_to: From = ""
    """Where answers go; else to `from`."""
    api_key: Secret = ""
    """For Brevo, Mailjet, Mandrill, Resend, SendGrid, SparkPost and Unisender Go."""
    secret_key: Secret = ""
    """Mailjet's second key."""
    server_token: Secret = ""
    """For Postmark."""
    api_token: Secret = ""
    """For MailerSend and Mailtrap."""
    message_stream: str = ""
    """Postmark's stream; else its default one."""
    webhook_secret: Secret = ""
    """`user:password` that stand in the address of the webhook."""
    signing_key: Secret = ""
    """Signs the webhooks of MailerSend and Mandrill (needed), Mailtrap and SendGrid."""
    base_url: str = ""
    """Another API address, such as the sandbox's; Unisender Go's by data centre (needed)."""
    tracking: Literal["own", "vendor"] = "own"
    """Who counts opens and clicks; for ESPs that are told with each mail."""
    rate: float = Field(default=10.0, gt=0, le=1_000)
    """Mails a second."""
    a_month: int | None = Field(default=None, gt=0)
    """The quota; when it is used up, sending rests till the next month and you are told."""


class Klaviyo(Part):
    """A Klaviyo account: an event for each message, or one campaign for a whole announcement."""

    via: Literal["klaviyo"]
    path: Literal["event", "campaign"] = "event"
    """`event`: a flow of the account mails each message. `campaign`: announcements to many."""
    sender: From = Field(alias="from")
    """The name and address in the mail; a flow has its own."""
    reply_to: From = ""
    """Where answers go; else to `from`."""
    api_key: Secret
    webhook_secret: Secret = ""
    """Signs Klaviyo's webhooks, where the plan has them; without it events are only polled."""
    metric: str = Field(default="Postlude message", min_length=1, max_length=100)
    """The name of the event; the flow of the account is triggered by it."""
    revision: Literal["2026-07-15", "2026-10-15"] = "2026-07-15"
    """The revision of Klaviyo's API."""
    base_url: str = ""
    """Another API address, such as the sandbox's."""
    lists_a_day: int = Field(default=150, ge=1, le=150)
    """How many announcements may begin a day: Klaviyo allows 150 new lists."""
    rate: float = Field(default=50.0, gt=0, le=350)
    """Events a second; Klaviyo takes 3,500 a minute."""


class Smtp(Part):
    """A mail server; for laptops, since nothing comes back from it."""

    via: Literal["smtp"]
    sender: From = Field(alias="from")
    """The name and address in the mail."""
    reply_to: From = ""
    """Where answers go; else to `from`."""
    host: str
    port: str | int = 587
    security: Literal["none", "starttls", "tls"] = "starttls"
    username: str = ""
    password: Secret = ""
    rate: float = Field(default=10.0, gt=0, le=1_000)
    """Mails a second."""


class LineAccount(Part):
    """A LINE official account. docs/howto/line.md"""

    via: Literal["line"]
    token: Secret
    """The channel access token (long-lived)."""
    channel_secret: Secret
    """Signs LINE's webhooks: who follows the account, who has blocked it."""
    silent: bool = False
    """Deliver without a sound."""
    base_url: str = ""
    """Another API address, such as the sandbox's."""
    rate: float = Field(default=100.0, gt=0, le=2_000)
    """Messages a second; LINE takes 2,000."""
    a_month: int | None = Field(default=None, gt=0)
    """A quota of your own; when it or LINE's is used up, sending rests till the next month and you
    are told."""


class CrescendoAccount(Part):
    """LINE messages through Crescendo (漸強), in LINE's shape. Its contract is not verified."""

    via: Literal["crescendo_line"]
    base_url: str = Field(pattern=r"^https?://\S+$")
    """The address of its API, as the agency tells it."""
    token: Secret
    channel_secret: Secret = ""
    """Signs webhooks of LINE's shape, where they are passed on."""
    silent: bool = False
    """Deliver without a sound."""
    rate: float = Field(default=10.0, gt=0, le=2_000)
    """Messages a second."""
    a_month: int | None = Field(default=None, gt=0)
    """A quota of your own; when it or the vendor's is used up, sending rests till the next month
    and you are told."""


class Push(Part):
    """Notifications on phones and in browsers by Firebase. docs/howto/push.md"""

    via: Literal["fcm"]
    credentials: Secret
    """The JSON key of a service account."""
    project: str = ""
    """The Firebase project; else that of the key."""
    base_url: str = ""
    """Another API address, such as the sandbox's."""
    rate: float = Field(default=100.0, gt=0, le=2_000)
    """Messages a second, each to all devices of a person."""
    a_month: int | None = Field(default=None, gt=0)
    """A quota of your own; when it is used up, sending rests till the next month and you are
    told."""


class Messenger(Part):
    """A Facebook page that writes by Messenger. docs/howto/messenger.md"""

    via: Literal["messenger"]
    page_token: Secret
    """The page access token; it rides in addresses and never gets into a log."""
    app_secret: Secret
    """Signs Messenger's webhooks."""
    verify_token: Secret
    """A word of your own, by which Facebook learns once that the webhook is yours."""
    tag: Literal["", "CONFIRMED_EVENT_UPDATE", "POST_PURCHASE_UPDATE", "ACCOUNT_UPDATE"] = ""
    """Why this may be sent outside the 24 hours after a person's last message; Meta checks."""
    version: str = Field(default="v23.0", pattern=r"^v\d{1,3}\.\d$")
    """The version of the Graph API."""
    base_url: str = ""
    """Another API address, such as the sandbox's."""
    rate: float = Field(default=10.0, gt=0, le=300)
    """Messages a second."""
    a_month: int | None = Field(default=None, gt=0)
    """A quota of your own; when it is used up, sending rests till the next month and you are
    told."""


class FormGateway(Part):
    """A site's form gateway, for text messages to Russian phones. docs/howto/sms.md"""

    via: Literal["form_gateway"]
    url: str = Field(min_length=1)
    """The form's address, without the key."""
    key: Secret
    """Goes into the address of each call, and never into a log."""
    rate: float = Field(default=10.0, gt=0, le=2_000)
    """Texts a second."""
    a_month: int | None = Field(default=None, gt=0)
    """The quota; when it is used up, sending rests till the next month and you are told."""


class Every8d(Part):
    """An every8d account, for SMS to Taiwanese phones. docs/howto/sms.md"""

    via: Literal["every8d"]
    uid: Secret
    """The account."""
    password: Secret
    base_url: str = ""
    """Another API address, such as the sandbox's; else https://api.e8d.tw."""
    rate: float = Field(default=10.0, gt=0, le=2_000)
    """Texts a second."""
    a_month: int | None = Field(default=None, gt=0)
    """The quota; when it is used up, sending rests till the next month and you are told."""


MailSender = Mailgun | Anymail | Klaviyo | Smtp
ChatSender = LineAccount | CrescendoAccount | Push | Messenger
TextSender = FormGateway | Every8d
Sender = Annotated[MailSender | ChatSender | TextSender, Field(discriminator="via")]


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


class Alerts(Part):
    """Whom to tell when something is wrong, and when."""

    discord: Secret = ""
    """A channel webhook."""
    emails: list[Secret] = Field(default_factory=list)
    """Each names one address, or several with commas between."""
    smtp: Secret = ""
    """smtp://user:password@host:port, for mail to the staff."""
    email_from: str = ""
    invitation_late: Length = timedelta(minutes=5)
    """How long after the payment an invitation is late."""
    source_silent: Length | None = None
    """One limit for all sources, in place of their `silent_after`."""


class Line(Part):
    """What a role or a user of your Discord server may do here; exactly one of the two is given."""

    role: str = ""
    """The id of a role, or `everyone` in the server."""
    user: str = ""
    """The id of a user."""
    may: May
    """One of Postlude's roles, or its permissions one by one."""


class Discord(Part):
    """Your application at Discord: the commands of the team. docs/howto/discord.md"""

    application: str
    """The application's id."""
    public_key: str
    """Tells Discord's calls from all others."""
    token: Secret
    """The bot's token; only registering the commands needs it."""
    guild: str = ""
    """The id of your server; commands from other servers are refused."""
    base_url: str = ""
    who: list[Line] = Field(default_factory=list)
    """Who may what. Whoever fits no line may nothing."""


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
    journeys: dict[Slug, Journey] = Field(default_factory=dict)
    notices: dict[Slug, TimedNotice] = Field(default_factory=dict)
    """Notices on a timetable. docs/howto/notices.md"""
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
