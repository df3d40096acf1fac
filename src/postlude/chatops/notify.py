"""Tell the team: work off the queue of texts, one at a time, with patience."""

import logging
import os
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from postlude.chatops.configuration import settings_of
from postlude.chatops.discord.channel import post
from postlude.chatops.mail import send
from postlude.chatops.models import AlertDelivery
from postlude.chatops.outcome import Outcome
from postlude.chatops.types import AlertSettings
from postlude.kernel import boundaries, claims, clock, redact, retry, store
from postlude.kernel.errors import MissingSetting

_log = logging.getLogger(__name__)
_OWNER = f"{os.getpid()}-{secrets.token_hex(4)}"
_CHANNELS: Mapping[str, Callable[[AlertSettings, str], Outcome]] = {"discord": post, "email": send}


def notify(spent: Callable[[], bool]) -> int:
    """Send what is due until there is nothing more or `spent()`; return how many were tried.

    A text whose answer was lost is sent again: for an alert, twice is better than never.
    """
    tried = 0
    while not spent():
        claimed = _claim()
        if not claimed:
            break
        for row in AlertDelivery.objects.filter(id__in=claimed):
            _deliver(row)
            tried += 1
    return tried


def _claim() -> list[int]:
    claimed = claims.claim(
        AlertDelivery,
        where="state = 'queued' AND due <= %s",
        params=[clock.now()],
        order="due, id",
        limit=1,
        owner=_OWNER,
        lease_s=2 * claims.LEASE_SECONDS,
    )
    boundaries.crossing("chatops.delivery_claimed")
    return claimed


def _deliver(row: AlertDelivery) -> None:
    boundaries.crossing("chatops.alert_sending")
    try:
        outcome = _CHANNELS[row.channel](settings_of(row.org_id), row.text)
    except MissingSetting as error:
        outcome = Outcome(sent=False, words=redact.cut(error))
    boundaries.crossing("chatops.alert_answered")
    _settle(row, outcome, clock.now())
    boundaries.crossing("chatops.delivery_settled")


def _settle(row: AlertDelivery, outcome: Outcome, now: datetime) -> None:
    attempts = row.attempts + (0 if outcome.wait is not None else 1)
    given_up = outcome.permanent or retry.is_spent(attempts)
    state = "sent" if outcome.sent else "failed" if given_up else "queued"
    pause = timedelta(seconds=outcome.wait) if outcome.wait is not None else retry.delay(attempts)
    with store.write():
        AlertDelivery.objects.filter(id=row.id, owner=_OWNER, state="queued").update(
            state=state,
            attempts=attempts,
            due=now + pause,
            owner="",
            lease_until=None,
            sent_at=now if outcome.sent else None,
            words=outcome.words[:300],
        )
    if state != "sent":
        _log.warning("alert not delivered", extra={"delivery": row.id, "state": state})
