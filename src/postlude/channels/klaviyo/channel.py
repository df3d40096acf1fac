"""The Klaviyo channel for one buyer at a time: an event, which a flow of the account mails."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from postlude.channels.errors import NotSupported
from postlude.channels.klaviyo import account as accounts
from postlude.channels.klaviyo import answers, events
from postlude.channels.klaviyo.account import Account
from postlude.channels.klaviyo.connection import Clients, call
from postlude.channels.klaviyo.probing import probe
from postlude.channels.types import Examination, Verdict
from postlude.channels.unanswered import NoAnswer
from postlude.channels.window import Window
from postlude.messages.types import ChannelTraits, Outcome, Rendered, SenderConfig


class Klaviyo:
    """A message is an event of one metric; the flow that it triggers writes the mail.

    202 says that the event was taken, not that a flow is there and live: `examine` cannot see
    that either, so a test mail belongs to setting it up.
    """

    name = "klaviyo"
    traits = ChannelTraits(idempotency="key", window=32, concurrency=8)
    can_look_up = False

    def __init__(self) -> None:
        self._window = Window(self.name, self.traits.concurrency)
        self._clients = Clients()

    def send(self, sender: SenderConfig, batch: Sequence[Rendered]) -> list[Outcome]:
        """Post each message as an event; raise for settings that cannot be used."""
        account = accounts.read(sender.settings)
        self._clients.of(account)
        return self._window.send(batch, lambda mail: self._send(account, mail), sender=sender.id)

    def lookup(self, _sender: SenderConfig, _messages: Collection[int]) -> list[Outcome]:
        """Events cannot be searched by our id, and need not be: they are simply repeated."""
        raise NotSupported(channel=self.name, feature="search by our own id")

    def examine(self, sender: SenderConfig, *, online: bool) -> Examination:
        """Check the settings; online, ask Klaviyo whose key this is."""
        account = accounts.read(sender.settings)
        client = self._clients.of(account)
        if not online:
            text = f"Klaviyo, metric {account.metric}, revision {account.revision}"
            return Examination(works=True, text=text)
        return probe(client, account)

    def close(self) -> None:
        """Close the kept connections."""
        self._clients.close()

    def _send(self, account: Account, mail: Rendered) -> Verdict:
        objection = events.objection(mail)
        if objection is not None:
            return objection
        from openapi_client.api.events_api import EventsApi  # noqa: PLC0415 - an extra

        post = EventsApi(self._clients.of(account)).create_event_without_preload_content
        try:
            answer = call(post, events.body(account.metric, mail))
        except NoAnswer as lost:
            return lost.verdict()
        verdict = answers.read(answer)
        if verdict.kind == "accepted" and mail.attachments:
            names = ", ".join(file.name for file in mail.attachments)
            return replace(verdict, words=f"{verdict.words}; without {names}: no files by Klaviyo")
        return verdict
