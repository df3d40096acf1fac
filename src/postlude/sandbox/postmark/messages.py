"""Reading a send call of Postmark, and its answers."""

from __future__ import annotations

from email.utils import getaddresses
from typing import Any

from postlude.sandbox.mail_service import Message

# A token that is wrong, a request that is, somebody who does not take our mails.
BAD_TOKEN, INVALID, INACTIVE, TOO_MANY = 10, 300, 406, 429
_KNOWN = frozenset(
    "From To Cc Bcc Subject Tag HtmlBody TextBody ReplyTo Headers TrackOpens TrackLinks Metadata "
    "Attachments MessageStream".split()
)


class Refused(ValueError):
    """The mail is not taken; the code and the words are Postmark's."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(words)
        self.code = code
        self.words = words

    def answer(self) -> dict[str, Any]:
        """The answer's JSON."""
        return {"ErrorCode": self.code, "Message": self.words}


def recipient(given: object, inactive: frozenset[str]) -> str:
    """Return to whom a mail goes, or refuse it as Postmark does."""
    if not isinstance(given, dict):
        raise Refused(402, "Received invalid JSON input.")
    odd = sorted(set(given) - _KNOWN)
    if odd:
        raise Refused(INVALID, f"Unknown field '{odd[0]}'.")
    if not (given.get("TextBody") or given.get("HtmlBody")):
        raise Refused(INVALID, "Provide either email TextBody or HtmlBody or both.")
    found = ""
    for field in ("From", "To"):
        ((_, found),) = getaddresses([str(given.get(field, ""))]) or [("", "")]
        local, at, host = found.rpartition("@")
        if not (local and at and "." in host and found.isascii()):
            raise Refused(INVALID, f"Invalid '{field}' address: '{found}'.")
    if found.lower() in inactive:
        raise Refused(
            INACTIVE,
            "You tried to send to a recipient that has been marked as inactive.\n"
            f"Found inactive addresses: {found}.\n"
            "Inactive recipients are ones that have generated a hard bounce or a spam complaint.",
        )
    return found


def taken(message: Message, at: str) -> dict[str, Any]:
    """The answer to an accepted mail."""
    return {
        "To": message.given["To"],
        "SubmittedAt": at,
        "MessageID": message.id,
        "ErrorCode": 0,
        "Message": "OK",
    }
