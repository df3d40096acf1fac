"""What LINE's answer to a push means. Pure.

A push goes under its own key from the first try on, so what nobody answered for is simply sent
again: 409 says that the first one was taken. 429 is two things: a speed limit, and the end of the
month's quota.
"""

from postlude.channels.calling import Answer
from postlude.channels.pacing import FIRST_S
from postlude.channels.types import Verdict

_ACCOUNT = frozenset({401, 403, 404})  # the token, its rights or the address: all would fail
_MONTHLY = "monthly limit"


def read(answer: Answer) -> Verdict:
    """Return what became of the message."""
    words = said(answer)
    if answer.status == 200:  # noqa: PLR2004
        return _read_ok(answer, words)
    if answer.status == 409:  # noqa: PLR2004
        return Verdict("accepted", "taken by an earlier try", provider_id=_id(answer))
    if answer.status == 429:  # noqa: PLR2004
        return _read_too_many(answer, words)
    if answer.status in _ACCOUNT:
        return Verdict("refused", words, pause_sender=True)
    if 400 <= answer.status < 500:  # noqa: PLR2004
        return Verdict("failed", words)
    # LINE in trouble, or something in front of it.
    return Verdict("unknown", words, pause_sender=answer.status < 400)  # noqa: PLR2004


def said(answer: Answer) -> str:
    """Return LINE's words: the message, and which part of ours it is about."""
    message = answer.document.get("message")
    details = answer.document.get("details")
    about = [
        f"({each.get('property', '')}: {each.get('message', '')})"
        for each in (details if isinstance(details, list) else [])
        if isinstance(each, dict)
    ]
    return answer.words(" ".join([message if isinstance(message, str) else "", *about]).strip())


def _read_ok(answer: Answer, words: str) -> Verdict:
    identifier = _id(answer)
    if identifier:
        return Verdict("accepted", "taken", provider_id=identifier)
    # A page of somebody else, or half an answer; the same key tells.
    return Verdict("unknown", words, pause_sender=not answer.document)


def _read_too_many(answer: Answer, words: str) -> Verdict:
    if _MONTHLY in str(answer.document.get("message", "")).lower():
        return Verdict("refused", words, pause_sender=True, month_used_up=True)
    throttled = answer.retry_after is None
    wait = FIRST_S if answer.retry_after is None else answer.retry_after
    return Verdict("refused", words, retry_after=wait, pause_sender=True, throttled=throttled)


def _id(answer: Answer) -> str:
    """Return the id of the message that LINE sent, of a 409 at least that of the first request."""
    sent = answer.document.get("sentMessages")
    for each in sent if isinstance(sent, list) else []:
        if isinstance(each, dict) and each.get("id"):
            return str(each["id"])
    if answer.status == 409:  # noqa: PLR2004
        return answer.headers.get("x-line-accepted-request-id", "")
    return ""
