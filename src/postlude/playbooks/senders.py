"""The shape of senders: the accounts at vendors through which messages go out.

Each field of a kind of sender stands in docs/reference/playbook.md with the words under its name.
"""

from typing import Annotated, Literal

from pydantic import Field

from postlude.playbooks.part import Part
from postlude.playbooks.scalars import From, Secret


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
