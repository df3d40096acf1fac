"""The channel of a form gateway."""

from collections.abc import Collection, Sequence
from typing import NoReturn

from postlude.channels import posting
from postlude.channels.errors import NotSupported
from postlude.channels.form_gateway import account as accounts
from postlude.channels.form_gateway import answers, numbers
from postlude.channels.form_gateway.account import Account
from postlude.channels.kept_connections import Connections
from postlude.channels.posting import Connection
from postlude.channels.types import Examination, Verdict
from postlude.channels.window import Window
from postlude.messages.types import ChannelTraits, Outcome, Rendered, SenderConfig


class FormGateway:
    """Texts to Russian phones through a restaurant's own site.

    It honours no key and cannot be asked what became of a text: after a lost answer the text stays
    `unknown` for a person to decide, and is never sent again.
    """

    name = "form_gateway"
    traits = ChannelTraits(
        idempotency="none",
        medium="sms",
        address_kind="phone",
        window=32,
        concurrency=16,
        has_html=False,
        keeps_shown_text=True,
        counts_segments=True,
        serves=numbers.served,
    )
    can_look_up = False

    def __init__(self) -> None:
        self._window = Window(self.name, self.traits.concurrency)
        self._connections = Connections(Connection)

    def send(self, sender: SenderConfig, batch: Sequence[Rendered]) -> list[Outcome]:
        """Send each text by one call; raise for settings that cannot be used."""
        account = accounts.read(sender.settings)
        return self._window.send(batch, lambda text: self._send(account, text), sender=sender.id)

    def lookup(self, _sender: SenderConfig, _messages: Collection[int], /) -> NoReturn:
        """The gateway cannot be asked what became of a text."""
        raise NotSupported(channel=self.name, feature="look-up")

    def examine(self, sender: SenderConfig, *, online: bool) -> Examination:
        """Check the settings; online, connect: any call with the key could send something."""
        account = accounts.read(sender.settings)
        about = f"form gateway {account.place}"
        if not online:
            return Examination(works=True, text=about)
        connection = Connection(account.place)
        try:
            connection.open()
        except posting.NotConnected as error:
            text = f"{about} does not answer: {error}"
            return Examination(works=False, text=text, hint="Check url and the firewall.")
        finally:
            connection.close()
        return Examination(works=True, text=f"{about} answers; the first text tries the key")

    def close(self) -> None:
        """Close the kept connections."""
        self._connections.close()

    def _send(self, account: Account, text: Rendered) -> Verdict:
        if not numbers.served(text.to_address):
            return Verdict("failed", "no Russian number")
        form = {"phones": numbers.spelled(text.to_address), "text": text.text}
        try:
            with self._connections.borrow(account.place) as connection:
                answer = connection.post(account.target, form)
        except (posting.NotConnected, posting.NoAnswer) as error:
            return posting.broken(error)
        return answers.read(answer, key=account.key)
