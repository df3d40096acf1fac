"""What an ESP's answer to a send means, where django-anymail did not call it a success. Pure.

Stricter than with Mailgun, which says in writing that a 500 was not taken: of the others nobody
knows, so a 500 is `unknown` and not sent again, unless the ESP's own code says what it was.
"""

import json
from typing import Any

from postlude.channels.anymail_esp.esps import Esp
from postlude.channels.pacing import FIRST_S
from postlude.channels.types import Verdict
from postlude.kernel.redact import cut

_ACCOUNT = frozenset({401, 402, 403, 404})  # the key, the bill, the domain or the address
_AGAIN = frozenset({408, 425, 503})


def read(esp: Esp, status: int, body: str, *, retry_after: float | None = None) -> Verdict:
    """Return what became of the mail."""
    answer = _json(body)
    words = f"{status} {cut(_said(answer, body), 200)}"
    code = _code(answer)
    if status == 429:  # noqa: PLR2004
        wait = FIRST_S if retry_after is None else retry_after
        return Verdict(
            "refused", words, retry_after=wait, pause_sender=True, throttled=retry_after is None
        )
    if status in _ACCOUNT or code in esp.account_errors:
        return Verdict("refused", words, pause_sender=True)
    if status in _AGAIN:
        return Verdict("refused", words, retry_after=retry_after)
    if 400 <= status < 500 or code in esp.final_errors:  # noqa: PLR2004
        return Verdict("failed", words)
    # A 2xx that cannot be read, a redirect, a server that broke. Where a page of somebody else
    # answered, the next mail would end the same, so the sender waits for a person.
    page = status < 400 and is_page(body)  # noqa: PLR2004
    return Verdict("unknown", words, pause_sender=page)


def is_page(body: str) -> bool:
    """Say whether this is no JSON at all."""
    return not body.lstrip().startswith(("{", "["))


def _code(answer: dict[str, Any]) -> str:
    given = answer.get("ErrorCode", answer.get("name"))
    return "" if given is None else str(given)


def _said(answer: dict[str, Any], body: str) -> str:
    for name in ("Message", "message", "ErrorMessage"):
        if isinstance(answer.get(name), str):
            return str(answer[name])
    return body[:500]


def _json(body: str) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}
