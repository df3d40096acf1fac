"""Is this webhook from Mailgun, and is it fresh? Pure."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from postlude.kernel import storable

MOST_AGE_S = 900


class Trust(StrEnum):
    """The judgement on a signature."""

    GOOD = "good"
    UNREADABLE = "unreadable"
    WRONG = "wrong"
    OLD = "old"


@dataclass(frozen=True, slots=True)
class Judgement:
    """`token` is unique per delivery attempt that Mailgun signed; empty unless trusted."""

    trust: Trust
    token: str = ""


def judge(signature: object, key: str, *, now: datetime) -> Judgement:
    """Check the signature block of a webhook against the signing key, in constant time."""
    block = signature if isinstance(signature, Mapping) else {}
    stamp, token, given = (block.get(name) for name in ("timestamp", "token", "signature"))
    if not (isinstance(stamp, str | int) and isinstance(token, str) and isinstance(given, str)):
        return Judgement(Trust.UNREADABLE)
    if storable.text(token + given) != token + given:  # half a character cannot be encoded
        return Judgement(Trust.UNREADABLE)
    if not (str(stamp).isdecimal() and len(str(stamp)) <= 12 and 0 < len(token) <= 100):  # noqa: PLR2004
        return Judgement(Trust.UNREADABLE)
    if not hmac.compare_digest(sign(key, str(stamp), token).encode(), given.encode()):
        return Judgement(Trust.WRONG)
    if abs(now.timestamp() - int(stamp)) > MOST_AGE_S:
        return Judgement(Trust.OLD)
    return Judgement(Trust.GOOD, token)


def sign(key: str, timestamp: str, token: str) -> str:
    """Return the signature that Mailgun makes of a timestamp and a token."""
    return hmac.new(key.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
