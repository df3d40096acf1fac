"""The ESPs that can be named, and what is particular to each. Pure.

Names are those of django-anymail's modules. Not here: Mailgun, which has a channel of its own with
a look-up; Amazon SES, whose credentials are no plain keys; Scaleway, which reports nothing back.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Esp:
    """One ESP.

    `keys` are the settings it cannot do without, by django-anymail's names, `options` others.
    `signature` is the key of its webhooks by django-anymail's name, where it signs them, and
    `always_signed` where it cannot be read without. `hard` is where an event says that an address
    does not exist: a dotted path and the values. `account_errors` are codes in an answer after
    which every other mail would fail too; `final_errors` those which say that this one was not
    taken; both whatever the HTTP status is.
    """

    label: str
    keys: tuple[str, ...]
    view: str
    hard: tuple[str, frozenset[str]]
    options: tuple[str, ...] = ()
    signature: str = ""
    always_signed: bool = False
    needs_url: bool = False
    account_errors: frozenset[str] = frozenset()
    final_errors: frozenset[str] = frozenset()


ESPS: Mapping[str, Esp] = {
    "brevo": Esp(
        "Brevo",
        ("api_key",),
        "BrevoTrackingWebhookView",
        hard=("event", frozenset({"hard_bounce", "invalid_email"})),
    ),
    "mailersend": Esp(
        "MailerSend",
        ("api_token",),
        "MailerSendTrackingWebhookView",
        hard=("data.type", frozenset({"hard_bounced"})),
        signature="signing_secret",
        always_signed=True,
    ),
    "mailjet": Esp(
        "Mailjet",
        ("api_key", "secret_key"),
        "MailjetTrackingWebhookView",
        hard=("hard_bounce", frozenset({"True", "1"})),
    ),
    "mailtrap": Esp(
        "Mailtrap",
        ("api_token",),
        "MailtrapTrackingWebhookView",
        hard=("event", frozenset({"bounce"})),
        signature="tracking_secret",
    ),
    "mandrill": Esp(
        "Mandrill",
        ("api_key",),
        "MandrillCombinedWebhookView",
        hard=("event", frozenset({"hard_bounce"})),
        signature="webhook_key",
        always_signed=True,
        # It says them with a 500.
        account_errors=frozenset({"Invalid_Key", "PaymentRequired", "Unknown_Subaccount"}),
        final_errors=frozenset({"ValidationError", "Invalid_Reject"}),
    ),
    "postmark": Esp(
        "Postmark",
        ("server_token",),
        "PostmarkTrackingWebhookView",
        hard=("Type", frozenset({"HardBounce", "BadEmailAddress"})),
        options=("message_stream",),
        # Token, sender signature, credits, an account on hold or not yet approved.
        account_errors=frozenset({"10", "400", "401", "405", "412", "413"}),
    ),
    "resend": Esp(
        "Resend",
        ("api_key",),
        "ResendTrackingWebhookView",
        hard=("data.bounce.type", frozenset({"Permanent"})),
    ),
    "sendgrid": Esp(
        "SendGrid",
        ("api_key",),
        "SendGridTrackingWebhookView",
        hard=("type", frozenset({"bounce"})),
        signature="tracking_webhook_verification_key",
    ),
    "sparkpost": Esp(
        "SparkPost",
        ("api_key",),
        "SparkPostTrackingWebhookView",
        hard=("bounce_class", frozenset({"10", "30"})),
    ),
    "unisender_go": Esp(
        "Unisender Go",
        ("api_key",),
        "UnisenderGoTrackingWebhookView",
        hard=("delivery_info.delivery_status", frozenset({"err_user_unknown"})),
        signature="api_key",
        always_signed=True,
        needs_url=True,
    ),
}
