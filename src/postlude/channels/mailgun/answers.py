"""What Mailgun's answer to a send means. Pure.

Accepted is only JSON that says `Queued`. Mailgun says that a 500 was not taken and may be sent
again; 502, 504 and other gateway answers come from machines in front of it, which cannot know.
"""

import json
from typing import Any

from postlude.channels.pacing import FIRST_S
from postlude.channels.types import Verdict
from postlude.kernel.redact import cut

_WRONG_PATH = "Mailgun Magnificent API"
_ACCOUNT = frozenset({401, 402, 403, 404})  # the key, the bill or the domain: every mail would fail
_AGAIN = frozenset({408, 425, 500, 503})


def read(status: int, body: str, *, retry_after: float | None = None) -> Verdict:
    """Return what became of the mail."""
    words = f"{status} {cut(_said(body), 200)}"
    if status == 200:  # noqa: PLR2004
        return _read_ok(body, words)
    if status == 429:  # noqa: PLR2004
        wait = FIRST_S if retry_after is None else retry_after
        return Verdict(
            "refused", words, retry_after=wait, pause_sender=True, throttled=retry_after is None
        )
    if status in _ACCOUNT:
        return Verdict("refused", words, pause_sender=True)
    if status in _AGAIN:
        return Verdict("refused", words, retry_after=retry_after)
    if 400 <= status < 500:  # noqa: PLR2004
        return Verdict("failed", words)
    # 2xx that is not 200, a redirect, a gateway: not Mailgun's own words.
    return Verdict("unknown", words, pause_sender=status < 400)  # noqa: PLR2004


def _read_ok(body: str, words: str) -> Verdict:
    answer = _json(body)
    identifier, said = answer.get("id"), answer.get("message")
    if isinstance(identifier, str) and isinstance(said, str) and said.startswith("Queued"):
        return Verdict("accepted", cut(said, 100), provider_id=identifier)
    if _WRONG_PATH in body:
        return Verdict("refused", "200 but a wrong address of the API", pause_sender=True)
    # A page of somebody else, or half an answer: the mail may be on its way, and the next one
    # would end the same, so the sender waits for a person.
    return Verdict("unknown", words, pause_sender=not answer and not body.startswith("{"))


def _said(body: str) -> str:
    message = _json(body).get("message")
    return message if isinstance(message, str) else body[:500]


def _json(body: str) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}
