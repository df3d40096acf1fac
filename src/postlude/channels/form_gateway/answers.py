"""What the form gateway's answer means. Pure.

A count of what it sent is all that it ever says; `mesages_sent` is its own spelling. Nothing left
it only where it counts 0 or refuses the call. It cannot be asked again, and a person must not hear
twice: whatever may come from a machine behind which it took the text is `unknown`.
"""

import json
from typing import Any
from urllib.parse import quote_plus

from postlude.channels import statuses
from postlude.channels.posting import Answer
from postlude.channels.types import Verdict
from postlude.kernel.redact import cut

_COUNTS = ("mesages_sent", "messages_sent")
_WORDS = ("error", "message", "reason")


def read(answer: Answer, *, key: str = "") -> Verdict:
    """Return what became of the text; `key` is kept out of the words."""
    said = _json(answer.body)
    words = " ".join(filter(None, [str(answer.status), _said(said, answer.body, key)]))
    if answer.status == 200:  # noqa: PLR2004
        return _read_ok(said, answer.body, words)
    return statuses.read(answer, words)


def _read_ok(said: Any, body: str | None, words: str) -> Verdict:
    count = _count(said)
    if count is not None and count > 0:
        return Verdict("accepted", f"messages sent: {count}")
    if count == 0:
        return Verdict("failed", "messages sent: 0")
    # Half an answer is one text's bad luck. A whole one that counts nothing comes from somebody
    # else, or says something that we cannot read: the next text would end alike.
    cut_off = body is None or (said is None and body.lstrip().startswith("{"))
    return Verdict("unknown", words, pause_sender=not cut_off)


def _count(said: Any) -> int | None:
    """Return how many texts it says it has sent; None where it does not say so."""
    if not isinstance(said, dict):
        return None
    given = [said[name] for name in _COUNTS if name in said]
    return given[0] if given and type(given[0]) is int and given[0] >= 0 else None


def _said(said: Any, body: str | None, key: str) -> str:
    """Say little: a page or an odd answer may repeat the text, and with it what is personal."""
    if body is None:
        return "an answer that breaks off"
    if isinstance(said, dict):
        found = next((said[name] for name in _WORDS if isinstance(said.get(name), str)), "")
        for spelling in filter(None, {key, quote_plus(key)}):
            found = found.replace(spelling, "[key]")
        return cut(found, 100)
    return "half an answer" if body.lstrip().startswith("{") else "no JSON"


def _json(body: str | None) -> Any:
    try:
        return json.loads(body or "")
    except ValueError:
        return None
