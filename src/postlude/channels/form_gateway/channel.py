"""The channel of a form gateway."""

from collections.abc import Collection, Sequence
from typing import NoReturn

from postlude.channels import lines
from postlude.channels.errors import NotSupported
from postlude.channels.form_gateway import account as accounts
from postlude.channels.form_gateway import answers, numbers
from postlude.channels.form_gateway.account import Account
from postlude.channels.lines import Lines
from postlude.channels.types import Examination, Verdict
from postlude.channels.unanswered import NoAnswer, NotConnected
from postlude.channels.window import WindowOfLines
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
        tells_receipts=False,
    )
    can_look_up = False

    def __init__(self) -> None:
        self._window = WindowOfLines(self.traits.concurrency)
        self._lines = Lines()

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
        try:
            lines.run(self._lines.reach(account.place))
        except NotConnected as lost:
            text = f"{about} does not answer: {lost.kind}"
            return Examination(works=False, text=text, hint="Check url and the firewall.")
        return Examination(works=True, text=f"{about} answers; the first text tries the key")

    def close(self) -> None:
        """Close the kept connections."""
        self._lines.close()

    async def _send(self, account: Account, text: Rendered) -> Verdict:
        if not numbers.served(text.to_address):
            return Verdict("failed", "no Russian number")
        form = {"phones": numbers.spelled(text.to_address), "text": text.text}
        try:
            answer = await self._lines.post(account.place, account.target, form)
        except NoAnswer as lost:
            return lost.verdict()
        return answers.read(answer, key=account.key)
