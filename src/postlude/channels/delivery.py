"""The delivery loop: from the outbox to the wire and back, one window at a time."""

import logging
from collections.abc import Collection, Sequence
from datetime import datetime

from postlude.channels import registry
from postlude.channels.types import Channel, Verdict
from postlude.kernel import boundaries, clock
from postlude.kernel.errors import AppError
from postlude.kernel.jobs import Budget
from postlude.kernel.redact import cut
from postlude.kernel.work import OWNER
from postlude.messages import api as messages
from postlude.messages.types import Leased, Outcome, Rendered, SenderConfig

_log = logging.getLogger(__name__)
ALL_LANES = (0, 1, 2)
# So long may the windows take that were prepared together: what is urgent is looked for before the
# next ones, and who has just said no is written to for so long at most.
_TOGETHER_S = 0.5
_MOST_WINDOWS = 16
_SURELY = 0.7  # what was prepared and is not sent in time, was prepared for nothing
_took: dict[int, float] = {}  # by sender, how many seconds its last window took


def deliver(budget: Budget, *, lanes: Collection[int] = ALL_LANES) -> int:
    """Send what is due, a window of each sender in turn; return how many messages were taken up."""
    total = 0
    while not budget.spent():
        now = budget.now()
        due = messages.senders_due(now, channels=registry.single_senders(), lanes=lanes)
        taken = _turn(due, lanes)
        if not taken:
            break
        total += taken
    return total


def _turn(due: Sequence[SenderConfig], lanes: Collection[int]) -> int:
    """Send one window of each; the trouble of one is raised after the others had their turn."""
    taken, trouble = 0, None
    for sender in due:
        try:
            taken += send_window(sender, lanes=lanes)
        except Exception as error:  # noqa: BLE001 - it is raised below
            kind = type(error).__name__
            _log.error("window broke", extra={"sender_id": sender.id, "error": kind})
            trouble = error
    if trouble is not None:
        raise trouble
    return taken


def send_window(sender: SenderConfig, *, lanes: Collection[int] = ALL_LANES) -> int:
    """Send the next windows of a sender and return how many messages were taken up.

    `sending` is committed before the wire: whatever was on it when a process dies is known, and
    is at most one window. Where the wire is quick a few windows are leased, screened and rendered
    together, which costs little more than for one; what is slow, or stops, gets one at a time.
    """
    channel = registry.get(sender.channel)
    now = clock.now()
    window = min(sender.window, channel.traits.window)
    leased = messages.lease(
        sender.id,
        owner=OWNER,
        limit=window,
        windows=_ahead(sender.id),
        now=now,
        lanes=lanes,
    )
    if not leased:
        return 0
    boundaries.crossing("channels.window_leased")
    ready = _prepare(sender, leased, now)
    began, sent = clock.monotonic(), 0
    try:
        while sent < len(ready) and (not sent or clock.monotonic() - began < _TOGETHER_S):
            some = ready[sent : sent + window]
            sent += len(some)
            if not _send_some(channel, sender, some):
                break
    finally:
        if sent < len(ready):
            messages.give_back([each.message for each in ready[sent:]], owner=OWNER)
    return len(leased)


def _ahead(sender: int) -> int:
    """Return how many windows to prepare together, by how long the last one took."""
    took = _took.get(sender)
    return (
        1 if took is None else max(1, min(_MOST_WINDOWS, int(_TOGETHER_S * 0.7 / (took or 1e-9))))
    )


def _send_some(channel: Channel, sender: SenderConfig, some: Sequence[Rendered]) -> bool:
    """Send one window; say whether the next may follow at once."""
    began = clock.monotonic()
    try:
        marked = messages.mark_sending(some, owner=OWNER, now=clock.now())
    except Exception:
        messages.give_back([each.message for each in some], owner=OWNER)
        raise
    boundaries.crossing("channels.window_sending")
    if not marked:
        return False
    outcomes = _send(channel, sender, marked)
    boundaries.crossing("channels.window_answered")
    messages.settle_many(sender.id, outcomes, owner=OWNER, now=clock.now())
    boundaries.crossing("channels.window_settled")
    _took[sender.id] = clock.monotonic() - began
    return not any(each.pause_sender or each.kind == "refused" for each in outcomes)


def _prepare(sender: SenderConfig, leased: Sequence[Leased], now: datetime) -> list[Rendered]:
    """Screen and render: return what may go to the wire now."""
    try:
        going = messages.screen(leased, owner=OWNER, now=now)
        rendered, failures = messages.render(going, now=now)
        if failures:
            messages.settle_many(sender.id, failures, owner=OWNER, now=clock.now())
            boundaries.crossing("channels.unrenderable_settled")
    except Exception:
        messages.give_back([each.message for each in leased], owner=OWNER)
        raise
    return rendered


def _send(channel: Channel, sender: SenderConfig, batch: Sequence[Rendered]) -> list[Outcome]:
    try:
        outcomes = channel.send(sender, batch)
    except AppError as error:  # a channel raises these before anything left us
        _log.error("sender cannot send", extra={"sender_id": sender.id, "code": error.code})
        verdict = Verdict("refused", cut(error.text()), pause_sender=True)
        return [verdict.of(mail.message) for mail in batch]
    except Exception as error:  # noqa: BLE001 - nobody knows how far it came
        kind = type(error).__name__
        _log.error("channel broke", extra={"sender_id": sender.id, "error": kind})
        verdict = Verdict("unknown", f"our own error: {kind}", pause_sender=True)
        return [verdict.of(mail.message) for mail in batch]
    return _complete(batch, outcomes)


def _complete(batch: Sequence[Rendered], outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Give every mail of the batch exactly one outcome: one that is missing is `unknown`."""
    said = {outcome.message: outcome for outcome in outcomes}
    forgotten = Verdict("unknown", "the channel gave no outcome")
    return [said.get(mail.message) or forgotten.of(mail.message) for mail in batch]
