"""The Crescendo channel."""

from collections.abc import Collection, Sequence

from postlude.channels.errors import NotSupported
from postlude.channels.line import account as accounts
from postlude.channels.line import push
from postlude.channels.line.probing import probe
from postlude.channels.types import Examination
from postlude.channels.window import Window
from postlude.messages.types import ChannelTraits, Outcome, Rendered, SenderConfig


class CrescendoLine:
    """Text messages in the shape of LINE's Messaging API, at an address and price of its own.

    Nobody has shown us its contract: that it speaks as LINE does, and that it honours the retry
    key for a day, is taken on trust until the vendor says so.
    """

    name = "crescendo_line"
    traits = ChannelTraits(
        idempotency="key",
        medium="crescendo_line",
        address_kind="crescendo_line",
        window=32,
        concurrency=8,
        has_html=False,
        keeps_shown_text=True,
        key_life=push.KEY_LIFE,
        tells_receipts=False,
    )
    can_look_up = False

    def __init__(self) -> None:
        self._window = Window(self.name, self.traits.concurrency)

    def send(self, sender: SenderConfig, batch: Sequence[Rendered]) -> list[Outcome]:
        """Push each message; raise for settings that cannot be used."""
        account = accounts.read(sender.settings, host="")
        return self._window.send(batch, lambda mail: push.send(account, mail), sender=sender.id)

    def lookup(self, _sender: SenderConfig, _messages: Collection[int]) -> list[Outcome]:
        """A message is repeated under its key instead."""
        raise NotSupported(channel=self.name, feature="search by our own id")

    def examine(self, sender: SenderConfig, *, online: bool) -> Examination:
        """Check the settings; online, ask what is left of the month."""
        account = accounts.read(sender.settings, host="")
        about = f"Crescendo at {account.host}"
        return probe(account, about) if online else Examination(works=True, text=about)
