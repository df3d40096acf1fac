"""One window of mails on the wire, side by side.

A window is everything that could become `unknown` if the process died now, so it is small, and it
ends well inside the 30 s lease of its messages: mails that were not begun in time are handed back.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from postlude.channels.pacing import Pace
from postlude.channels.types import Verdict
from postlude.kernel import boundaries, clock, redact
from postlude.messages.types import Outcome, Rendered

_log = logging.getLogger(__name__)

BEGIN_WITHIN_S = 8.0
# So many of one window, and half of its answers so far, and the rest is not even tried.
MOST_REFUSALS = 8
_NOT_BEGUN = Verdict("refused", "not begun", retry_after=1.0, pause_sender=True)

SendOne = Callable[[Rendered], Verdict]


class Window:
    """Threads that send the mails of one channel; made at first use, so never before a fork."""

    def __init__(self, name: str, concurrency: int) -> None:
        self._name = name
        self._concurrency = concurrency
        self._pool: ThreadPoolExecutor | None = None
        self._lock = threading.Lock()
        self._paces: dict[int, Pace] = {}

    def send(
        self, batch: Sequence[Rendered], send_one: SendOne, *, sender: int = 0
    ) -> list[Outcome]:
        """Send every mail and return its outcome; stop early where the vendor refuses them all."""
        run = _Run(send_one)
        verdicts = list(self._threads().map(run.one, batch))
        paced = self._paces.setdefault(sender, Pace()).settle(verdicts)
        return [each.of(mail.message) for mail, each in zip(batch, paced, strict=True)]

    def _threads(self) -> ThreadPoolExecutor:
        with self._lock:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(self._concurrency, f"channel-{self._name}")
            return self._pool


class _Run:
    def __init__(self, send_one: SendOne) -> None:
        self._send_one = send_one
        self._until = clock.monotonic() + BEGIN_WITHIN_S
        self._lock = threading.Lock()
        self._answers = 0
        self._refusals = 0
        self._stopped: Verdict | None = None

    def one(self, rendered: Rendered) -> Verdict:
        stopped = self._stopped
        if stopped is None and clock.monotonic() > self._until:
            stopped = _NOT_BEGUN
        if stopped is not None:
            return stopped
        boundaries.crossing("channels.mail_sending")
        verdict = self._sent(rendered)
        boundaries.crossing("channels.mail_answered")
        self._learn(verdict)
        return verdict

    def _sent(self, rendered: Rendered) -> Verdict:
        try:
            verdict = self._send_one(rendered)
        except Exception as error:  # noqa: BLE001 - nobody knows how far it came
            # The text of the error may hold the mail; its kind may not.
            kind = type(error).__name__
            _log.error("sending broke", extra={"message_id": rendered.message, "error": kind})
            return Verdict("unknown", f"our own error: {kind}", pause_sender=True)
        # A vendor may name the mailbox or the person in its refusal; alerts repeat these words.
        person = (rendered.to_address, rendered.to_name)
        return replace(verdict, words=redact.without(verdict.words, person))

    def _learn(self, verdict: Verdict) -> None:
        with self._lock:
            self._answers += 1
            self._refusals += verdict.kind == "refused"
            mostly = self._refusals >= MOST_REFUSALS and self._refusals * 2 >= self._answers
            if verdict.pause_sender and verdict.retry_after is None:
                self._stopped = Verdict(
                    "refused", f"not begun: {verdict.words}"[:200], pause_sender=True
                )
            elif mostly and self._stopped is None:
                self._stopped = _NOT_BEGUN
