"""What `wiring` and the upper rooms may ask of channels."""

from postlude.channels import announcing, registry
from postlude.channels.anymail_esp import account as anymail_esp
from postlude.channels.anymail_esp.channel import AnymailEsp
from postlude.channels.checks import doctor
from postlude.channels.crescendo_line.channel import CrescendoLine
from postlude.channels.delivery import deliver, send_window
from postlude.channels.every8d import account as every8d
from postlude.channels.every8d.channel import Every8d
from postlude.channels.fcm.channel import Fcm
from postlude.channels.followers import handle_line, handle_messenger
from postlude.channels.form_gateway import account as form_gateway
from postlude.channels.form_gateway.channel import FormGateway
from postlude.channels.jobs import JOBS, LANED_JOBS
from postlude.channels.klaviyo.campaign_channel import KlaviyoCampaign
from postlude.channels.klaviyo.channel import Klaviyo
from postlude.channels.line.channel import Line
from postlude.channels.mailgun.channel import Mailgun
from postlude.channels.memory import Memory
from postlude.channels.messenger.channel import Messenger
from postlude.channels.receipts import (
    handle_anymail,
    handle_klaviyo,
    handle_mailgun,
)
from postlude.channels.reconciliation import reconcile_late, reconcile_unknown
from postlude.channels.registry import get, names, register
from postlude.channels.smtp.channel import Smtp
from postlude.channels.types import Channel
from postlude.messages import api as messages

__all__ = (
    "INBOX_HANDLERS",
    "JOBS",
    "LANED_JOBS",
    "Memory",
    "announce",
    "check_esp",
    "check_every8d",
    "check_gateway",
    "deliver",
    "doctor",
    "get",
    "names",
    "reconcile_late",
    "reconcile_unknown",
    "register",
    "register_all",
    "send_window",
)

announce = announcing.announce
check_esp = anymail_esp.problems
check_gateway = form_gateway.problems
check_every8d = every8d.problems
INBOX_HANDLERS = {
    "mailgun": handle_mailgun,
    "klaviyo": handle_klaviyo,
    "anymail": handle_anymail,
    "line": handle_line,
    "messenger": handle_messenger,
}


def register_all() -> None:
    """Register every channel that ships with Postlude; idempotent."""
    everyone: tuple[Channel, ...] = (
        Mailgun(),
        AnymailEsp(),
        Every8d(),
        FormGateway(),
        Klaviyo(),
        KlaviyoCampaign(),
        Line(),
        CrescendoLine(),
        Fcm(),
        Messenger(),
        Smtp(),
        Memory(),
    )
    for channel in everyone:
        if channel.name not in registry.names():
            registry.register(channel)
    messages.register_veto(announcing.KEY, announcing.no_longer_holds)
