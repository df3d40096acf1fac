"""The FCM channel."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from postlude.channels.calling import call
from postlude.channels.errors import NotSupported
from postlude.channels.fcm import account as accounts
from postlude.channels.fcm import answers, notifications
from postlude.channels.fcm.access import Access
from postlude.channels.fcm.account import Account
from postlude.channels.fcm.folding import fold
from postlude.channels.fcm.probing import probe
from postlude.channels.types import Examination, Verdict
from postlude.channels.unanswered import NoAnswer
from postlude.channels.window import Window
from postlude.messages.types import ChannelTraits, Outcome, Rendered, SenderConfig
from postlude.people import api as people


class Fcm:
    """Notifications to every device on which a person has allowed them: one message, a try each.

    FCM honours no key, so after a lost answer a message is `unknown`; should it come twice after
    all, the collapse key puts one in the place of the other.
    """

    name = "fcm"
    traits = ChannelTraits(
        idempotency="none",
        medium="push",
        address_kind="push",
        window=16,
        concurrency=8,
        has_html=False,
        keeps_shown_text=True,
        all_devices=True,
        tells_receipts=False,
    )
    can_look_up = False

    def __init__(self) -> None:
        self._window = Window(self.name, self.traits.concurrency)
        self._access = Access()

    def send(self, sender: SenderConfig, batch: Sequence[Rendered]) -> list[Outcome]:
        """Send each message to each device; raise for settings that cannot be used.

        A device that FCM no longer knows is forgotten.
        """
        account = accounts.read(sender.settings)
        token = self._access.token(account)
        each_device = [
            replace(mail, to_address=device)
            for mail in batch
            for device in mail.devices or (mail.to_address,)
        ]
        parts = self._window.send(
            each_device, lambda mail: self._send(account, token, mail), sender=sender.id
        )
        gone = [
            mail.to_address
            for mail, part in zip(each_device, parts, strict=True)
            if part.address_gone
        ]
        if gone:
            people.end_addresses(sender.org, self.traits.address_kind, gone)
        return [fold([part for part in parts if part.message == mail.message]) for mail in batch]

    def lookup(self, _sender: SenderConfig, _messages: Collection[int]) -> list[Outcome]:
        """FCM cannot be asked what became of a notification."""
        raise NotSupported(channel=self.name, feature="look-up")

    def examine(self, sender: SenderConfig, *, online: bool) -> Examination:
        """Check the settings; online, fetch a token and let FCM judge a message to nobody."""
        account = accounts.read(sender.settings)
        if not online:
            return Examination(works=True, text=f"FCM, project {account.project}")
        return probe(account, self._access.token(account))

    def _send(self, account: Account, token: str, mail: Rendered) -> Verdict:
        if not mail.to_address:
            return Verdict("failed", "no device")
        try:
            answer = call(
                "POST",
                account.host,
                f"/v1/projects/{account.project}/messages:send",
                headers={"Authorization": f"Bearer {token}"},
                body=notifications.body(mail),
            )
        except NoAnswer as lost:
            return lost.verdict()
        if answer.status == 401:  # noqa: PLR2004
            self._access.forget(account)
        return answers.read(answer)
