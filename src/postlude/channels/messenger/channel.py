"""The Messenger channel."""

from collections.abc import Collection, Sequence
from typing import Any

from postlude.channels.calling import call
from postlude.channels.errors import NotSupported
from postlude.channels.messenger import account as accounts
from postlude.channels.messenger import answers
from postlude.channels.messenger.account import Account
from postlude.channels.messenger.probing import probe
from postlude.channels.types import Examination, Verdict
from postlude.channels.unanswered import NoAnswer
from postlude.channels.window import Window
from postlude.messages.types import ChannelTraits, Outcome, Rendered, SenderConfig

MOST_CHARACTERS = 2_000


class Messenger:
    """Texts to people who have written to the page, within 24 hours of their last message.

    The Send API honours no key: after a lost answer a message is `unknown`.
    """

    name = "messenger"
    traits = ChannelTraits(
        idempotency="none",
        medium="messenger",
        address_kind="messenger",
        window=32,
        concurrency=8,
        has_html=False,
        keeps_shown_text=True,
    )
    can_look_up = False

    def __init__(self) -> None:
        self._window = Window(self.name, self.traits.concurrency)

    def send(self, sender: SenderConfig, batch: Sequence[Rendered]) -> list[Outcome]:
        """Send each message by one call; raise for settings that cannot be used."""
        account = accounts.read(sender.settings)
        return self._window.send(batch, lambda mail: _send(account, mail), sender=sender.id)

    def lookup(self, _sender: SenderConfig, _messages: Collection[int]) -> list[Outcome]:
        """The Send API cannot be asked for a message by our id."""
        raise NotSupported(channel=self.name, feature="search by our own id")

    def examine(self, sender: SenderConfig, *, online: bool) -> Examination:
        """Check the settings; online, ask whose token it is."""
        account = accounts.read(sender.settings)
        accounts.app_secret(sender.settings)
        accounts.verify_token(sender.settings)
        return probe(account) if online else Examination(works=True, text="Messenger")


def body(account: Account, mail: Rendered) -> dict[str, Any]:
    """Return the message in the Send API's shape."""
    made: dict[str, Any] = {
        "recipient": {"id": mail.to_address},
        "messaging_type": account.kind,
        "message": {"text": mail.text.strip()},
    }
    return {**made, "tag": account.tag} if account.tag else made


def objection(mail: Rendered) -> Verdict | None:
    """Return why this message must not go out as it is, or None."""
    if not mail.to_address:
        return Verdict("failed", "no address")
    size = len(mail.text.strip())
    if not size:
        return Verdict("failed", "the text is empty")
    if size > MOST_CHARACTERS:
        words = f"the text has {size} characters, Messenger takes {MOST_CHARACTERS}"
        return Verdict("failed", words)
    return None


def _send(account: Account, mail: Rendered) -> Verdict:
    objected = objection(mail)
    if objected is not None:
        return objected
    try:
        answer = call(
            "POST",
            account.host,
            "/me/messages",
            params={"access_token": account.token},
            body=body(account, mail),
        )
    except NoAnswer as lost:
        return lost.verdict()
    return answers.read(answer)
