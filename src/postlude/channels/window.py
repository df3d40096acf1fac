"""One window of mails on the wire, side by side.

A window is everything that could become `unknown` if the process died now, so it is small, and it
ends well inside the 30 s lease of its messages: mails that were not begun in time are handed back.
"""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from postlude.channels import lines
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
AwaitOne = Callable[[Rendered], Awaitable[Verdict]]


class _Paces:
    """How fast each sender was refused before."""

    def __init__(self) -> None:
        self._of: dict[int, Pace] = {}

    def outcomes(
        self, sender: int, batch: Sequence[Rendered], verdicts: Sequence[Verdict]
    ) -> list[Outcome]:
        paced = self._of.setdefault(sender, Pace()).settle(verdicts)
        return [each.of(mail.message) for mail, each in zip(batch, paced, strict=True)]


class Window:
    """Threads that send the mails of one channel; made at first use, so never before a fork."""

    def __init__(self, name: str, concurrency: int) -> None:
        self._name = name
        self._concurrency = concurrency
        self._pool: ThreadPoolExecutor | None = None
        self._lock = threading.Lock()
        self._paces = _Paces()

    def send(
        self, batch: Sequence[Rendered], send_one: SendOne, *, sender: int = 0
    ) -> list[Outcome]:
        """Send every mail and return its outcome; stop early where the vendor refuses them all."""
        course = _Course()

        def one(mail: Rendered) -> Verdict:
            stopped = course.begin()
            if stopped is not None:
                return stopped
            try:
                verdict = send_one(mail)
            except Exception as error:  # noqa: BLE001 - nobody knows how far it came
                verdict = _our_own(mail, error)
            return course.answered(mail, verdict)

        return self._paces.outcomes(sender, batch, list(self._threads().map(one, batch)))

    def _threads(self) -> ThreadPoolExecutor:
        with self._lock:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(self._concurrency, f"channel-{self._name}")
            return self._pool


class WindowOfLines:
    """The same for a channel whose calls are awaited: all of them in the thread of `lines`."""

    def __init__(self, concurrency: int) -> None:
        self._concurrency = concurrency
        self._paces = _Paces()

    def send(
        self, batch: Sequence[Rendered], send_one: AwaitOne, *, sender: int = 0
    ) -> list[Outcome]:
        """Send every mail and return its outcome; stop early where the vendor refuses them all."""
        verdicts = lines.run(self._all(batch, send_one))
        return self._paces.outcomes(sender, batch, verdicts)

    async def _all(self, batch: Sequence[Rendered], send_one: AwaitOne) -> list[Verdict]:
        course, verdicts = _Course(), [_NOT_BEGUN] * len(batch)
        waiting = iter(enumerate(batch))  # the hands take turns: one thread, no lock
        hands = min(self._concurrency, len(batch))
        await asyncio.gather(*(_hand(waiting, send_one, course, verdicts) for _ in range(hands)))
        return verdicts


async def _hand(
    waiting: Iterator[tuple[int, Rendered]],
    send_one: AwaitOne,
    course: "_Course",
    verdicts: list[Verdict],
) -> None:
    for place, mail in waiting:
        stopped = course.begin()
        if stopped is not None:
            verdicts[place] = stopped
            continue
        try:
            verdict = await send_one(mail)
        except Exception as error:  # noqa: BLE001 - nobody knows how far it came
            verdict = _our_own(mail, error)
        verdicts[place] = course.answered(mail, verdict)


def _our_own(mail: Rendered, error: Exception) -> Verdict:
    # The text of the error may hold the mail; its kind may not.
    kind = type(error).__name__
    _log.error("sending broke", extra={"message_id": mail.message, "error": kind})
    return Verdict("unknown", f"our own error: {kind}", pause_sender=True)


class _Course:
    """How a window goes: whether the next mail may be begun."""

    def __init__(self) -> None:
        self._until = clock.monotonic() + BEGIN_WITHIN_S
        self._lock = threading.Lock()
        self._answers = 0
        self._refusals = 0
        self._stopped: Verdict | None = None

    def begin(self) -> Verdict | None:
        """Return the verdict of a mail that is not begun, None for one that is."""
        stopped = self._stopped
        if stopped is None and clock.monotonic() > self._until:
            stopped = _NOT_BEGUN
        if stopped is None:
            boundaries.crossing("channels.mail_sending")
        return stopped

    def answered(self, mail: Rendered, verdict: Verdict) -> Verdict:
        """Learn from a verdict, and return it without the person."""
        boundaries.crossing("channels.mail_answered")
        # A vendor may name the mailbox or the person in its refusal; alerts repeat these words.
        words = redact.without(verdict.words, (mail.to_address, mail.to_name))
        if words != verdict.words:
            verdict = replace(verdict, words=words)
        self._learn(verdict)
        return verdict

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
