"""The LINE channel."""

from collections.abc import Collection, Sequence

from postlude.channels.errors import NotSupported
from postlude.channels.line import account as accounts
from postlude.channels.line import push
from postlude.channels.line.probing import probe
from postlude.channels.types import Examination
from postlude.channels.window import Window
from postlude.messages.types import ChannelTraits, Outcome, Rendered, SenderConfig


class Line:
    """Text messages to people who have added the official account as a friend.

    LINE honours our key for a day, so a lost answer is asked for again under it. It answers 200 for
    somebody who has blocked the account: only the webhook tells.
    """

    name = "line"
    traits = ChannelTraits(
        idempotency="key",
        medium="line",
        address_kind="line",
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
        account = accounts.read(sender.settings)
        return self._window.send(batch, lambda mail: push.send(account, mail), sender=sender.id)

    def lookup(self, _sender: SenderConfig, _messages: Collection[int]) -> list[Outcome]:
        """LINE cannot be asked for a message, and need not be: it is simply repeated."""
        raise NotSupported(channel=self.name, feature="search by our own id")

    def examine(self, sender: SenderConfig, *, online: bool) -> Examination:
        """Check the settings; online, ask LINE what is left of the month."""
        account = accounts.read(sender.settings)
        accounts.channel_secret(sender.settings)
        return probe(account, "LINE") if online else Examination(works=True, text="LINE")
