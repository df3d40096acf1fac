"""The every8d channel."""

from collections.abc import Collection, Sequence
from typing import NoReturn

from postlude.channels import lines
from postlude.channels.errors import NotSupported
from postlude.channels.every8d import account as accounts
from postlude.channels.every8d import answers, numbers
from postlude.channels.every8d.account import Account
from postlude.channels.lines import Lines
from postlude.channels.types import Examination, Verdict
from postlude.channels.unanswered import NoAnswer
from postlude.channels.window import WindowOfLines
from postlude.messages.types import ChannelTraits, Outcome, Rendered, SenderConfig


class Every8d:
    """SMS to Taiwanese phones.

    It honours no key and cannot be asked what became of a text: after a lost answer the text stays
    `unknown` for a person to decide, and is never sent again.
    """

    name = "every8d"
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
        """What became of a text is not asked: every8d knows batches, and we lost its number."""
        raise NotSupported(channel=self.name, feature="look-up")

    def examine(self, sender: SenderConfig, *, online: bool) -> Examination:
        """Check the settings; online, ask for the credit, which tries the login."""
        account = accounts.read(sender.settings)
        if not online:
            return Examination(works=True, text=f"every8d at {account.place}")
        asked = self._lines.post(account.place, account.path("getCredit.ashx"), account.login)
        try:
            answer = lines.run(asked)
        except NoAnswer as lost:
            text = f"every8d does not answer: {lost.kind}"
            return Examination(works=False, text=text, hint="Check base_url and the firewall.")
        return answers.credit(answer, secrets=account.login.values())

    def close(self) -> None:
        """Close the kept connections."""
        self._lines.close()

    async def _send(self, account: Account, text: Rendered) -> Verdict:
        if not numbers.served(text.to_address):
            return Verdict("failed", "no Taiwanese mobile number")
        form = {
            **account.login,
            "SB": str(text.message),  # a name for the batch in their console; nobody receives it
            "MSG": text.text,
            "DEST": numbers.spelled(text.to_address),
            "ST": "",
        }
        try:
            answer = await self._lines.post(account.place, account.path("sendSMS.ashx"), form)
        except NoAnswer as lost:
            return lost.verdict()
        return answers.read(answer, secrets=account.login.values())
