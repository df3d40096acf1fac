"""What FCM's answer for one device means. Pure.

FCM honours no key: after a lost answer the person may have the notification. What it refuses in
its own words was not taken.
"""

from typing import Any

from postlude.channels.calling import Answer
from postlude.channels.pacing import FIRST_S
from postlude.channels.types import Verdict

_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
# Of this device only; the sender's other messages are not like it.
_OF_THE_DEVICE = frozenset({"SENDER_ID_MISMATCH", "INVALID_ARGUMENT"})
_OF_ITS_PLATFORM = frozenset({"THIRD_PARTY_AUTH_ERROR", "APNS_AUTH_ERROR"})


def read(answer: Answer) -> Verdict:
    """Return what became of the notification at this device."""
    error = error_of(answer)
    code = code_of(error)
    words = answer.words(f"{code} {error.get('message') or ''}".strip())
    if answer.status == 200:  # noqa: PLR2004
        name = answer.document.get("name")
        if isinstance(name, str) and name:
            return Verdict("accepted", "taken", provider_id=name)
        return Verdict("unknown", words, pause_sender=not answer.document)
    if not error:
        # Not FCM's own words: a gateway cannot know.
        return Verdict("unknown", words, pause_sender=answer.status < 400)  # noqa: PLR2004
    return _refusal(answer, code, words)


def error_of(answer: Answer) -> dict[str, Any]:
    """Return the error of FCM's document, or nothing."""
    error = answer.document.get("error")
    return error if isinstance(error, dict) else {}


def code_of(error: dict[str, Any]) -> str:
    """Return FCM's own code, else the status that all of Google's services have."""
    details = error.get("details")
    for detail in details if isinstance(details, list) else []:
        if isinstance(detail, dict) and detail.get("@type") == _ERROR:
            return str(detail.get("errorCode") or "")
    return str(error.get("status") or "")


def _refusal(answer: Answer, code: str, words: str) -> Verdict:
    if code == "UNREGISTERED":
        return Verdict("failed", words, address_gone=True)
    if code in _OF_ITS_PLATFORM:  # until its key is mended in Firebase
        return Verdict("refused", words)
    if answer.status == 429:  # noqa: PLR2004
        wait = FIRST_S if answer.retry_after is None else answer.retry_after
        throttled = answer.retry_after is None
        return Verdict("refused", words, retry_after=wait, pause_sender=True, throttled=throttled)
    if answer.status >= 500:  # noqa: PLR2004
        return Verdict("refused", words, retry_after=answer.retry_after)
    if (
        answer.status in {401, 403, 404} and code not in _OF_THE_DEVICE
    ):  # the account or the project
        return Verdict("refused", words, pause_sender=True)
    return Verdict("failed", words)
