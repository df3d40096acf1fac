"""The Mailgun channel."""

from collections.abc import Collection, Sequence

from anymail.exceptions import AnymailError
from django.core.mail import EmailMultiAlternatives

from postlude.channels import anymail_letters, letters
from postlude.channels.kept_connections import Connection, Connections
from postlude.channels.mailgun import account as accounts
from postlude.channels.mailgun import answers
from postlude.channels.mailgun.account import Account
from postlude.channels.mailgun.connection import backend
from postlude.channels.mailgun.events import probe, taken
from postlude.channels.types import Examination, Verdict
from postlude.channels.window import Window
from postlude.messages.types import ChannelTraits, Outcome, Rendered, SenderConfig


class Mailgun:
    """E-mail through Mailgun's HTTP API.

    Mailgun honours no key: after a lost answer a mail is `unknown`, and its events are searched
    for the Message-Id that we chose.
    """

    name = "mailgun"
    traits = ChannelTraits(idempotency="none", window=32, concurrency=8)
    can_look_up = True

    def __init__(self) -> None:
        self._window = Window(self.name, self.traits.concurrency)
        self._connections: Connections[Account, Connection] = Connections(
            lambda account: Connection(backend(account))
        )

    def send(self, sender: SenderConfig, batch: Sequence[Rendered]) -> list[Outcome]:
        """Send each mail by one call; raise for settings that cannot be used."""
        account = accounts.read(sender.settings)
        return self._window.send(
            batch, lambda mail: self._send(sender, account, mail), sender=sender.id
        )

    def lookup(self, sender: SenderConfig, messages: Collection[int]) -> list[Outcome]:
        """Return which of these messages Mailgun's events know."""
        account = accounts.read(sender.settings)
        found = taken(account, {m: letters.message_id(m, account.domain) for m in messages})
        return [
            Verdict("accepted", "found in the events", provider_id=identifier).of(message)
            for message, identifier in found.items()
        ]

    def examine(self, sender: SenderConfig, *, online: bool) -> Examination:
        """Check the settings; online, ask Mailgun for the domain's newest event."""
        account = accounts.read(sender.settings)
        accounts.signing_key(sender.settings)
        if not online:
            return Examination(works=True, text=f"Mailgun, domain {account.domain}")
        return probe(account)

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
        except AnymailError as error:
            return anymail_letters.after(error, answers.read)
        answer = message.anymail_status.esp_response  # type: ignore[attr-defined]
        return answers.read(answer.status_code, answer.text)


def _compose(sender: SenderConfig, account: Account, mail: Rendered) -> EmailMultiAlternatives:
    extra = {
        "metadata": anymail_letters.metadata(mail),
        "tags": _tags(sender, mail),
        "track_opens": account.vendor_tracking,
        "track_clicks": account.vendor_tracking,
    }
    return anymail_letters.compose(
        sender, mail, headers=letters.headers(mail, account.domain), extra=extra
    )


def _tags(sender: SenderConfig, mail: Rendered) -> list[str]:
    return [sender.slug, *([mail.metadata["node"]] if mail.metadata.get("node") else [])]
