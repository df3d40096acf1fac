"""What the Send API's answer means. Pure.

It honours no key, so a lost answer is unknown. An error in Facebook's own words says that the
message was not taken, and its number says why.
"""

from typing import Any

from postlude.channels.calling import Answer
from postlude.channels.pacing import FIRST_S
from postlude.channels.types import Verdict

_TOKEN = frozenset({10, 102, 190, 200, 210})  # the token or what it may do: all would fail
_RATE = frozenset({4, 17, 32, 613})
_LATER = frozenset({1, 2, 1200})
_OF_THE_PERSON = {
    (10, 2018278): "outside the 24 hours after the person's last message",
    (551, 0): "the person cannot be reached now",
}


def read(answer: Answer) -> Verdict:
    """Return what became of the message."""
    error = _error(answer)
    words = said(answer)
    if answer.status == 200 and not error:  # noqa: PLR2004
        identifier = answer.document.get("message_id")
        if isinstance(identifier, str) and identifier:
            return Verdict("accepted", "taken", provider_id=identifier)
        return Verdict("unknown", words, pause_sender=not answer.document)
    if not error:
        # Not Facebook's own words.
        return Verdict("unknown", words, pause_sender=answer.status < 400)  # noqa: PLR2004
    code, subcode = _number(error, "code"), _number(error, "error_subcode")
    reason = _OF_THE_PERSON.get((code, subcode)) or _OF_THE_PERSON.get((code, 0))
    return Verdict("failed", f"{reason}: {words}") if reason else _refusal(answer, code, words)


def said(answer: Answer) -> str:
    """Return Facebook's words with their numbers."""
    error = _error(answer)
    if not error:
        return answer.words()
    numbers = [str(error[name]) for name in ("code", "error_subcode") if error.get(name)]
    return answer.words(f"{'/'.join(numbers)} {error.get('message') or ''}".strip())


def _refusal(answer: Answer, code: int, words: str) -> Verdict:
    if code in _RATE or answer.status == 429:  # noqa: PLR2004
        wait = FIRST_S if answer.retry_after is None else answer.retry_after
        throttled = answer.retry_after is None
        return Verdict("refused", words, retry_after=wait, pause_sender=True, throttled=throttled)
    if code in _LATER:
        return Verdict("refused", words, retry_after=answer.retry_after)
    if code in _TOKEN or answer.status in {401, 403, 404}:
        return Verdict("refused", words, pause_sender=True)
    return Verdict("failed", words)


def _error(answer: Answer) -> dict[str, Any]:
    error = answer.document.get("error")
    return error if isinstance(error, dict) else {}


def _number(error: dict[str, Any], name: str) -> int:
    value = error.get(name)
    return value if isinstance(value, int) else 0
