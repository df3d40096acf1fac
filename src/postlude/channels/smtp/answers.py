"""What an SMTP server's answer means. Pure."""

from enum import StrEnum

from postlude.channels.types import Verdict
from postlude.kernel.redact import cut


class Step(StrEnum):
    """How far a mail had come."""

    CONNECT = "connect"  # and log in
    SENDER = "sender"
    RECIPIENT = "recipient"
    DATA = "data"
    BODY = "body"


def read(step: Step, code: int, reply: bytes | str) -> Verdict:
    """Return what became of the mail after this reply to this step."""
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    words = f"{code} {cut(text, 200)}"
    if step is Step.BODY and 200 <= code < 300:  # noqa: PLR2004
        return Verdict("accepted", words)
    if step is Step.BODY and not 400 <= code < 600:  # noqa: PLR2004
        return Verdict("unknown", words)
    if code == 421:  # noqa: PLR2004 - the server closes for everybody
        return Verdict("refused", words, retry_after=5.0, pause_sender=True)
    if step is Step.CONNECT or (step is Step.SENDER and code >= 500):  # noqa: PLR2004
        return Verdict("refused", words, pause_sender=True)
    return Verdict("failed" if code >= 500 else "refused", words)  # noqa: PLR2004


def lost(step: Step, error: BaseException) -> Verdict:
    """Return what became of the mail when the connection broke at this step.

    Until the body was begun the server has nothing to deliver.
    """
    words = f"connection lost at {step}: {type(error).__name__}"
    return Verdict("unknown" if step is Step.BODY else "refused", words)
