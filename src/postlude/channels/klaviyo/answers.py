"""What Klaviyo's answer to an event means. Pure.

An event may be repeated, since Klaviyo drops a `unique_id` that it knows: what nobody answered for
is `unknown` and goes again with the same id.
"""

from datetime import timedelta

from postlude.channels.klaviyo.connection import Answer
from postlude.channels.pacing import FIRST_S
from postlude.channels.types import Verdict
from postlude.kernel.redact import cut

HINTS = {
    401: "check api_key: it must be a private key of this account",
    403: "the key lacks a right: it needs full access to what `docs/howto/klaviyo.md` lists",
    404: "check base_url: it must be Klaviyo's API",
    410: "this revision of the API has been retired: upgrade Postlude",
}
_NOT_PROCESSED = frozenset({408, 425, 503})


def read(answer: Answer) -> Verdict:
    """Return what became of the event."""
    words = said(answer)
    if answer.status == 202:  # noqa: PLR2004
        return Verdict("accepted", "taken, not yet processed")
    if answer.status == 429:  # noqa: PLR2004
        wait = FIRST_S if answer.retry_after is None else answer.retry_after
        throttled = answer.retry_after is None
        return Verdict("refused", words, retry_after=wait, pause_sender=True, throttled=throttled)
    if answer.status in HINTS:
        return Verdict("refused", words, pause_sender=True)
    if answer.status in _NOT_PROCESSED:
        return Verdict("refused", words, retry_after=answer.retry_after)
    if 400 <= answer.status < 500:  # noqa: PLR2004
        return Verdict("failed", words)
    # Something else than Klaviyo, or Klaviyo in trouble: it may have been taken.
    return Verdict("unknown", words, pause_sender=answer.status < 400)  # noqa: PLR2004


def rest(answer: Answer) -> timedelta:
    """Return how long Klaviyo asks to wait."""
    return timedelta(seconds=FIRST_S if answer.retry_after is None else answer.retry_after)


def said(answer: Answer) -> str:
    """Return Klaviyo's words for people, with what to do about it where that is known."""
    error = answer.error
    own = " ".join(str(error.get(name) or "") for name in ("code", "detail")).strip()
    words = f"{answer.status} {cut(own or answer.text, 160)}".strip()
    hint = HINTS.get(answer.status)
    return f"{words} ({hint})" if hint else words
