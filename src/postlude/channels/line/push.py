"""One push for one message. Shared by every channel of LINE's shape."""

import uuid
from datetime import timedelta
from typing import Any

from postlude.channels.calling import call
from postlude.channels.line import answers
from postlude.channels.line.account import Account
from postlude.channels.types import Verdict
from postlude.channels.unanswered import NoAnswer
from postlude.messages.types import Rendered

# LINE knows a key for 24 hours; ours ends sooner by more than a call and two clocks may differ.
KEY_LIFE = timedelta(hours=23)
MOST_UNITS = 5_000  # of UTF-16, as LINE counts
_KEYS = uuid.UUID("6f0c1b1e-6a0e-5d0b-9a55-3f2d6b7f6c11")


def send(account: Account, mail: Rendered) -> Verdict:
    """Push a text under the key of its message."""
    objection = _objection(mail)
    if objection is not None:
        return objection
    headers = {**authorization(account), "X-Line-Retry-Key": retry_key(mail)}
    try:
        answer = call(
            "POST", account.host, "/v2/bot/message/push", headers=headers, body=body(account, mail)
        )
    except NoAnswer as lost:
        return lost.verdict()
    return answers.read(answer)


def retry_key(mail: Rendered) -> str:
    """Return the same UUID for every try of a message, and another for every other message."""
    return str(uuid.uuid5(_KEYS, f"{mail.org}:{mail.key}"))


def body(account: Account, mail: Rendered) -> dict[str, Any]:
    """Return the push in LINE's shape."""
    made: dict[str, Any] = {
        "to": mail.to_address,
        "messages": [{"type": "text", "text": mail.text.strip()}],
    }
    return {**made, "notificationDisabled": True} if account.silent else made


def authorization(account: Account) -> dict[str, str]:
    """Return the header that LINE wants with every call."""
    return {"Authorization": f"Bearer {account.token}"}


def _objection(mail: Rendered) -> Verdict | None:
    if not mail.to_address:
        return Verdict("failed", "no address")
    units = len(mail.text.strip().encode("utf-16-le")) // 2
    if not units:
        return Verdict("failed", "the text is empty")
    if units > MOST_UNITS:
        return Verdict("failed", f"the text has {units} characters, LINE takes {MOST_UNITS}")
    return None
