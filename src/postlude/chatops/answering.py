"""Answer what was promised: work it out, and put it in the place of the promise."""

import logging
from collections.abc import Callable, Collection
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import override

from postlude.chatops import requests, team
from postlude.chatops.commands.catalogue import COMMANDS
from postlude.chatops.commands.shape import Answer, Call, Wait
from postlude.chatops.discord import replies, rest
from postlude.chatops.models import Request
from postlude.chatops.outcome import Outcome
from postlude.chatops.requests import RequestState, Sealed
from postlude.chatops.wording import refusal
from postlude.kernel import boundaries, clock, redact, retry
from postlude.kernel.errors import AppError
from postlude.orgs import api as orgs

_log = logging.getLogger(__name__)


def answer_all(spent: Callable[[], bool], *, commands: Collection[str]) -> int:
    """Answer what is due until there is nothing more or `spent()`; return how many were tried.

    No network inside a transaction, and each answer may be worked out again: reading is
    harmless, and what acts does so once for an interaction.
    """
    tried = 0
    while not spent():
        row = requests.claim(commands=commands)
        if row is None:
            break
        _work(row)
        tried += 1
    return tried


def _work(row: Request) -> None:
    now = clock.now()
    if row.expires_at <= now:
        requests.end(
            row, RequestState.FAILED, now=now, words="no worker answered before the token died"
        )
        return
    sealed = requests.opened(row)
    call = requests.call_of(row, sealed, orgs.get(row.org_id), now=now)
    with override(sealed.locale):
        found = _worked_out(row, call)
        if isinstance(found, Wait):
            requests.wait(row, until=now + timedelta(seconds=found.seconds), step=found.step)
        elif found is not None:
            _deliver(row, sealed, _light_enough(found, sealed.size_limit))


def _worked_out(row: Request, call: Call) -> Answer | Wait | None:
    """Return what to say; None when it is tried again later."""
    try:
        return COMMANDS[row.command].answer(call)
    except AppError as error:
        return Answer(refusal(error))
    except Exception as error:  # noqa: BLE001 - whatever it is, the caller hears of it in the end
        _log.error("a command failed", extra={"request": row.id, "reason": type(error).__name__})
        if retry.is_spent(row.attempts + _TRIES_AT_ONCE):
            return Answer(_("Something went wrong. It is written down; please tell the engineers."))
        until = clock.now() + retry.delay(row.attempts + 1)
        requests.wait(row, until=until, burnt=True)
        return None


# Somebody waits before the screen: four tries, not twelve.
_TRIES_AT_ONCE = retry.MOST_ATTEMPTS - 3


def _light_enough(answer: Answer, limit: int) -> Answer:
    if answer.file is None or len(answer.file.content) <= limit:
        return answer
    note = _("(The file is larger than Discord takes here.)")
    return Answer(f"{answer.text}\n{note}")


def _deliver(row: Request, sealed: Sealed, answer: Answer) -> None:
    boundaries.crossing("chatops.answer_sending")
    base_url = team.base_url(team.discord_settings(row.org_id))
    buttons = [replies.yes(answer.offer.yes, row.id)] if answer.offer else []
    outcome = rest.edit_answer(
        base_url, sealed.application, sealed.token, answer.text, answer.file, buttons
    )
    boundaries.crossing("chatops.answer_sent")
    _settle(row, sealed, answer, outcome)


def _settle(row: Request, sealed: Sealed, answer: Answer, outcome: Outcome) -> None:
    now = clock.now()
    if outcome.sent and answer.offer:
        requests.offer(row, sealed, answer.offer.values, now=now)
        return
    if outcome.sent:
        requests.end(row, RequestState.ANSWERED, now=now)
        return
    _log.warning("answer not delivered", extra={"request": row.id})
    if outcome.permanent:
        requests.end(row, RequestState.FAILED, now=now, words=redact.cut(outcome.words))
    elif outcome.wait is not None:
        requests.wait(row, until=now + timedelta(seconds=outcome.wait))
    else:
        requests.wait(row, until=now + retry.delay(row.attempts + 1, cap=60), burnt=True)
