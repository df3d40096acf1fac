"""A channel that keeps mails in memory: for dry runs and tests. Nobody receives anything."""

import threading
from collections.abc import Callable, Collection, Sequence

from postlude.channels.types import Examination, Verdict
from postlude.messages.types import ChannelTraits, Outcome, Rendered, SenderConfig

_MOST_KEPT = 10_000


class Memory:
    """Accepts every mail, unless `answer` says otherwise; `sent` holds what was accepted.

    An `unknown` that was taken all the same is played by adding to `sent` in `answer`.
    """

    can_look_up = True

    def __init__(
        self,
        name: str = "memory",
        *,
        traits: ChannelTraits | None = None,
        answer: Callable[[Rendered], Verdict] | None = None,
    ) -> None:
        self.name = name
        self.traits = traits or ChannelTraits()
        self.answer = answer
        self.sent: list[Rendered] = []
        self.calls = 0
        self._lock = threading.Lock()

    def send(self, _sender: SenderConfig, batch: Sequence[Rendered], /) -> list[Outcome]:
        """Keep what is accepted and return an outcome for each mail."""
        self.calls += 1
        return [self._take(mail).of(mail.message) for mail in batch]

    def lookup(self, _sender: SenderConfig, messages: Collection[int], /) -> list[Outcome]:
        """Return which of these messages were kept."""
        with self._lock:
            kept = {mail.message for mail in self.sent}
        found = Verdict("accepted", "found in memory", provider_id="memory")
        return [found.of(message) for message in messages if message in kept]

    def examine(self, _sender: SenderConfig, *, online: bool) -> Examination:  # noqa: ARG002
        """Say that nobody receives anything."""
        return Examination(works=True, text="keeps mails in memory: nobody receives anything")

    def _take(self, mail: Rendered) -> Verdict:
        verdict = self.answer(mail) if self.answer else _accepted(mail)
        if verdict.kind == "accepted":
            with self._lock:
                self.sent.append(mail)
                del self.sent[:-_MOST_KEPT]
        return verdict


def _accepted(mail: Rendered) -> Verdict:
    return Verdict("accepted", "kept in memory", provider_id=f"memory-{mail.message}")
