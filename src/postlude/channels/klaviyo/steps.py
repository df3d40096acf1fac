"""An announcement, one step after the other: each id is committed before the next call.

What cannot be repeated (template, list, campaign) is looked for by its name before it is made.
After a lost answer an absent one may still turn up: it is looked for again, after a while.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, TypeVar

from postlude.channels.errors import Wait
from postlude.channels.klaviyo import audience, shapes
from postlude.channels.klaviyo.vendor import Refused, Vendor
from postlude.channels.unanswered import NoAnswer
from postlude.messages import api as messages
from postlude.messages.types import DispatchFact, DispatchState, Outcome, SenderConfig

_log = logging.getLogger(__name__)

FIRST = "template"
# How long something that was just made may not be found by its name yet.
SETTLES_IN = timedelta(seconds=30)
_SOON = timedelta(seconds=60)
_POLL = timedelta(seconds=2)
_SLOW_POLL = timedelta(seconds=15)
_NO_ANSWER_FROM = 500
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Work:
    """What a step has in hand."""

    vendor: Vendor
    sender: SenderConfig
    now: datetime


def advance(work: Work, it: DispatchFact) -> DispatchFact | None:
    """Do one step and return the dispatch after it, or None when it is over.

    Raises Wait when nothing more can be done now.
    """
    return _STEPS[it.step](work, it)


def _label(it: DispatchFact) -> str:
    return shapes.name(it.key, it.id)


def _made(
    work: Work,
    it: DispatchFact,
    find: Callable[[], T | None],
    make: Callable[[], T],
    **more: Any,
) -> T:
    """Return what has this name, or make it: never a second one."""
    found = find()
    if found is not None:
        return found
    if it.tried_at is not None and work.now < it.tried_at + SETTLES_IN:
        raise Wait(it.tried_at + SETTLES_IN, "an answer is missing: looking for what was made")
    tried = messages.note_dispatch(it, tried_at=work.now, **more)
    try:
        return make()
    except (Refused, NoAnswer) as error:
        if _surely_not(error):
            messages.note_dispatch(tried, tried_at=None)
        raise


def _surely_not(error: Refused | NoAnswer) -> bool:
    if isinstance(error, NoAnswer):
        return not error.left_us
    return error.answer.status < _NO_ANSWER_FROM


def _template(work: Work, it: DispatchFact) -> DispatchFact:
    text = messages.in_pieces(it.org, it.template_version, it.locale)
    label, vendor = _label(it), work.vendor
    made = _made(
        work,
        it,
        lambda: vendor.find_template(label),
        lambda: vendor.create_template(shapes.template(it.id, label, text)),
    )
    return _next(it, "list", template=made)


def _list(work: Work, it: DispatchFact) -> DispatchFact:
    label, vendor = _label(it), work.vendor
    found = vendor.find_list(label)
    if found is None:
        _heed_lists_a_day(work, it)
    made = _made(
        work,
        it,
        lambda: found,
        lambda: vendor.create_list(shapes.new_list(label)),
        listed_at=work.now,
    )
    return _next(it, "people", list=made)


def _heed_lists_a_day(work: Work, it: DispatchFact) -> None:
    most = work.vendor.account.lists_a_day
    if messages.lists_today(work.sender.id, now=work.now, but=it.id) < most:
        return
    tomorrow = work.now.astimezone(UTC).date() + timedelta(days=1)
    midnight = datetime.combine(tomorrow, time(), UTC)
    words = f"the {most} new lists of today are used up; it goes on tomorrow, at midnight UTC"
    _log.error("an announcement waits", extra={"dispatch": it.id, "reason": words})
    raise Wait(midnight, words)


def _people(work: Work, it: DispatchFact) -> DispatchFact:
    audience.heed_quiet_hours(it, work.now)
    more = audience.import_some(work.vendor, it, now=work.now)
    return more if more is not None else messages.note_dispatch(it, step="imported")


def _imported(work: Work, it: DispatchFact) -> DispatchFact:
    left = audience.look_at_imports(work.vendor, it, now=work.now)
    if left.vendor.get("jobs"):
        raise Wait(work.now + _POLL, "Klaviyo takes the people in")
    return messages.note_dispatch(left, step="campaign")


def _campaign(work: Work, it: DispatchFact) -> DispatchFact:
    label, vendor, sender = _label(it), work.vendor, work.sender
    text = messages.in_pieces(it.org, it.template_version, it.locale)
    at = it.send_at if it.send_at and it.send_at > work.now + _SOON else None
    draft = shapes.Draft(
        name=label,
        list=it.vendor["list"],
        template=it.vendor["template"],
        subject=shapes.source(text.subject, it.id),
        from_email=sender.from_address,
        from_label=sender.from_name,
        reply_to=sender.reply_to,
        send_at=at,
    )
    campaign, message = _made(
        work,
        it,
        lambda: vendor.find_campaign(label, f"postlude {it.id}"),
        lambda: vendor.create_campaign(shapes.campaign(vendor.account.revision, draft)),
    )
    # By the message's id a report of the vendor is known as one of this announcement.
    return _next(it, "assign", campaign=campaign, message=message, provider_id=message)


def _assign(work: Work, it: DispatchFact) -> DispatchFact:
    if not work.vendor.new_shape:  # the new one has named its template when it was made
        work.vendor.assign(it.vendor["message"], it.vendor["template"])
    return messages.note_dispatch(it, step="check", tried_at=None)


def _check(work: Work, it: DispatchFact) -> DispatchFact | None:
    """The last look at each person, right before it is out of our hands."""
    messages.unmark_dispatch_sending(it)  # marked by one that died before it asked for anything
    audience.heed_quiet_hours(it, work.now)
    audience.screen_again(it, work.now)
    audience.take_strays_off(work.vendor, it)
    if not messages.members_going(it.id):
        _over(it, DispatchState.FAILED, work, "nobody is left who may get it")
        return None
    if not messages.mark_dispatch_sending(it):
        raise Wait(work.now + _POLL, "a restored database waits for an operator's yes")
    return messages.note_dispatch(it, step="schedule", state=DispatchState.SENDING)


def _schedule(work: Work, it: DispatchFact) -> DispatchFact:
    """Give the new shape its time; from here on Klaviyo may send it. The same time twice is one."""
    if not work.vendor.new_shape or not it.send_at or it.send_at <= work.now + _SOON:
        return messages.note_dispatch(it, step="send")
    tried = messages.note_dispatch(it, tried_at=work.now)
    try:
        work.vendor.schedule(shapes.schedule(it.vendor["message"], it.send_at))
    except Refused as refused:
        if it.tried_at is None and refused.answer.status < _NO_ANSWER_FROM:
            _back_to_the_check(tried)
        raise
    return _next(tried, "send", scheduled="yes")


def _send(work: Work, it: DispatchFact) -> DispatchFact:
    campaign: str = it.vendor["campaign"]
    asked_before = it.tried_at is not None

    def send() -> str:
        work.vendor.send(campaign)
        return campaign

    try:
        _made(work, it, lambda: work.vendor.send_status(campaign), send)
    except Refused as refused:
        if asked_before:  # it may say no because the try before was taken: look again
            raise Wait(None, f"asked before: {refused.answer.status}", failed=True) from None
        if refused.answer.status < _NO_ANSWER_FROM:
            _back_to_the_check(it)
        raise
    return messages.note_dispatch(it, step="status", tried_at=None)


def _back_to_the_check(it: DispatchFact) -> None:
    """Surely not sent: when it goes on, hours later perhaps, everybody is looked at again."""
    if it.vendor.get("scheduled"):  # Klaviyo may send it yet: it can no longer be cancelled here
        messages.note_dispatch(it, step="check", tried_at=None)
        return
    it = messages.note_dispatch(it, step="check", state=DispatchState.PREPARING, tried_at=None)
    messages.unmark_dispatch_sending(it)


def _status(work: Work, it: DispatchFact) -> DispatchFact | None:
    status = work.vendor.send_status(it.vendor["campaign"])
    if status == "complete":
        _over(it, DispatchState.SENT, work, "")
        return None
    if status == "cancelled":
        _over(it, DispatchState.CANCELLED, work, "it was cancelled at Klaviyo")
        return None
    if status is None:  # a restored database: it knows of a sending that Klaviyo does not
        return messages.note_dispatch(it, step="send")
    if it.send_at and it.send_at > work.now:
        raise Wait(it.send_at, "Klaviyo sends it at its time")
    late = it.send_at is not None and work.now - it.send_at > _SOON
    raise Wait(work.now + (_SLOW_POLL if late else _POLL), f"Klaviyo says: {status}")


def _over(it: DispatchFact, state: DispatchState, work: Work, reason: str) -> None:
    sent = state is DispatchState.SENT
    outcome = Outcome(
        message=0,
        kind="accepted" if sent else "failed",
        provider_id=it.vendor.get("message", "") if sent else "",
        words=reason or "the campaign was sent",
    )
    messages.finish_dispatch(it, state, outcome, reason=reason, now=work.now)


def _next(it: DispatchFact, step: str, provider_id: str = "", **ids: str) -> DispatchFact:
    more = {"provider_id": provider_id} if provider_id else {}
    vendor = messages.with_vendor(it, **ids)
    return messages.note_dispatch(it, step=step, vendor=vendor, tried_at=None, **more)


_STEPS: dict[str, Callable[[Work, DispatchFact], DispatchFact | None]] = {
    "template": _template,
    "list": _list,
    "people": _people,
    "imported": _imported,
    "campaign": _campaign,
    "assign": _assign,
    "check": _check,
    "schedule": _schedule,
    "send": _send,
    "status": _status,
}
