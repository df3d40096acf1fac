"""The channel of any ESP behind django-anymail."""

from collections.abc import Collection, Sequence
from functools import partial
from typing import NoReturn

import httpx
from anymail.exceptions import AnymailError, AnymailRecipientsRefused
from anymail.message import AnymailStatus
from django.core.mail import EmailMultiAlternatives

from postlude.channels import anymail_letters, letters
from postlude.channels.anymail_esp import account as accounts
from postlude.channels.anymail_esp import answers, backends
from postlude.channels.anymail_esp.account import Account
from postlude.channels.errors import NotSupported
from postlude.channels.kept_connections import Connection, Connections
from postlude.channels.types import Examination, Verdict
from postlude.channels.window import Window
from postlude.kernel import http
from postlude.messages.types import ChannelTraits, Outcome, Rendered, SenderConfig


class AnymailEsp:
    """E-mail through an ESP's HTTP API.

    None of them can be asked what became of a mail: after a lost answer it stays `unknown` until
    a webhook tells, and it is never sent again.
    """

    name = "anymail"
    traits = ChannelTraits(idempotency="none", window=32, concurrency=8)
    can_look_up = False

    def __init__(self) -> None:
        self._window = Window(self.name, self.traits.concurrency)
        self._connections: Connections[Account, Connection] = Connections(
            lambda account: Connection(backends.backend(account))
        )

    def send(self, sender: SenderConfig, batch: Sequence[Rendered]) -> list[Outcome]:
        """Send each mail by one call; raise for settings that cannot be used."""
        account = accounts.read(sender.settings)
        return self._window.send(
            batch, lambda mail: self._send(sender, account, mail), sender=sender.id
        )

    def lookup(self, _sender: SenderConfig, _messages: Collection[int], /) -> NoReturn:
        """No ESP behind django-anymail is asked what became of a mail."""
        raise NotSupported(channel=self.name, feature="look-up")

    def examine(self, sender: SenderConfig, *, online: bool) -> Examination:
        """Check the settings; online, see whether anybody answers at the API's address."""
        account = accounts.read(sender.settings)
        accounts.trust(sender.settings)
        about = f"{account.esp.label} by django-anymail"
        if not online:
            return Examination(works=True, text=about)
        try:
            answer = http.client(base_url=backends.backend(account).api_url).get("/")
        except httpx.HTTPError as error:
            text = f"{account.esp.label} does not answer: {type(error).__name__}"
            return Examination(works=False, text=text, hint="Check base_url and the firewall.")
        text = f"{about} answers ({answer.status_code}); the first mail tries the key"
        return Examination(works=True, text=text)

    def close(self) -> None:
        """Close the kept connections."""
        self._connections.close()

    def _send(self, sender: SenderConfig, account: Account, mail: Rendered) -> Verdict:
        objection = letters.objection(sender, mail)
        if objection is not None:
            return objection
        message = _compose(sender, account, mail)
        try:
            with self._connections.borrow(account) as connection:
                connection.send(message)
        except AnymailRecipientsRefused:
            return Verdict("failed", f"{account.esp.label} refuses the address")
        except AnymailError as error:
            return anymail_letters.after(error, partial(answers.read, account.esp))
        return _taken(message.anymail_status)  # type: ignore[attr-defined]


def _compose(sender: SenderConfig, account: Account, mail: Rendered) -> EmailMultiAlternatives:
    """Our Message-Id stays out: several ESPs refuse a mail that brings its own."""
    wanted = {
        "metadata": anymail_letters.metadata(mail),
        "tags": [sender.slug],  # several ESPs take one only
        "track_opens": account.vendor_tracking,
        "track_clicks": account.vendor_tracking,
    }
    extra = {name: value for name, value in wanted.items() if backends.can(account.name, name)}
    return anymail_letters.compose(sender, mail, headers=dict(mail.headers), extra=extra)


def _taken(status: AnymailStatus) -> Verdict:
    said = ", ".join(sorted(str(each) for each in status.status or ()))
    words = f"the ESP says: {said}"
    if status.status and status.status <= {"sent", "queued"}:
        return Verdict("accepted", said, provider_id=str(status.message_id or ""))
    if not status.status or not status.status <= {"failed"}:
        return Verdict("unknown", words)
    # An empty page is MailerSend's yes; one without its id is of somebody in between.
    if status.esp_response is not None and answers.is_page(status.esp_response.text):
        return Verdict("unknown", "a page answered instead of the ESP", pause_sender=True)
    return Verdict("failed", words)
