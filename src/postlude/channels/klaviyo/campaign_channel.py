"""The Klaviyo channel for announcements: a dispatch is one campaign to one list."""

from collections.abc import Collection, Sequence
from datetime import datetime

from postlude.channels.errors import Failed, NotSupported, Wait
from postlude.channels.klaviyo import account as accounts
from postlude.channels.klaviyo import answers, steps
from postlude.channels.klaviyo.connection import Clients
from postlude.channels.klaviyo.probing import probe
from postlude.channels.klaviyo.vendor import Refused, Vendor
from postlude.channels.types import Examination
from postlude.channels.unanswered import NoAnswer
from postlude.messages.types import ChannelTraits, DispatchFact, Outcome, Rendered, SenderConfig

_AGAIN = frozenset({408, 425})


class KlaviyoCampaign:
    """Takes whole dispatches; a single message belongs to a sender with `path: event`."""

    name = "klaviyo_campaign"
    traits = ChannelTraits(takes_whole_lots=True)
    can_look_up = False
    first_step = steps.FIRST

    def __init__(self) -> None:
        self._clients = Clients()

    def send(self, _sender: SenderConfig, _batch: Sequence[Rendered]) -> list[Outcome]:
        raise NotSupported(channel=self.name, feature="sending of single messages")

    def lookup(self, _sender: SenderConfig, _messages: Collection[int]) -> list[Outcome]:
        raise NotSupported(channel=self.name, feature="search by our own id")

    def advance(
        self, sender: SenderConfig, it: DispatchFact, *, now: datetime
    ) -> DispatchFact | None:
        """Do one step of a dispatch; raise Wait, or Failed for what will never be."""
        account = accounts.read(sender.settings)
        vendor = Vendor(self._clients.of(account), account)
        try:
            return steps.advance(steps.Work(vendor, sender, now), it)
        except NoAnswer as lost:
            raise Wait(None, f"no answer: {lost.kind}", failed=True) from None
        except Refused as refused:
            raise _after(refused, now) from None

    def examine(self, sender: SenderConfig, *, online: bool) -> Examination:
        """Check the settings; online, ask Klaviyo whose key this is."""
        account = accounts.read(sender.settings)
        client = self._clients.of(account)
        if not online:
            return Examination(works=True, text=f"Klaviyo, campaigns, revision {account.revision}")
        return probe(client, account)

    def close(self) -> None:
        """Close the kept connections."""
        self._clients.close()


def _after(refused: Refused, now: datetime) -> Exception:
    answer, words = refused.answer, answers.said(refused.answer)
    if answer.retry_after is not None:
        return Wait(now + answers.rest(answer), words)
    lasting = 400 <= answer.status < 500 and answer.status != 429  # noqa: PLR2004
    if lasting and answer.status not in _AGAIN and answer.status not in answers.HINTS:
        return Failed(words)
    return Wait(None, words, failed=True)
