"""Is this webhook from Klaviyo, and is it fresh? Pure."""

import hashlib
import hmac
from datetime import UTC, datetime
from enum import StrEnum

MOST_AGE_S = 900
_MILLISECONDS = 10**11


class Trust(StrEnum):
    """The judgement on a signature."""

    GOOD = "good"
    UNREADABLE = "unreadable"
    WRONG = "wrong"
    OLD = "old"


def judge(raw: bytes, timestamp: str, signature: str, secret: str, *, now: datetime) -> Trust:
    """Check the headers of a webhook against the secret, in constant time."""
    if not timestamp or not signature:
        return Trust.UNREADABLE
    if not hmac.compare_digest(sign(secret, raw, timestamp).encode(), signature.lower().encode()):
        return Trust.WRONG
    at = _moment(timestamp)
    if at is None:
        return Trust.UNREADABLE
    return Trust.OLD if abs((now - at).total_seconds()) > MOST_AGE_S else Trust.GOOD


def sign(secret: str, raw: bytes, timestamp: str) -> str:
    """Return the signature that Klaviyo makes of a body and a timestamp."""
    return hmac.new(secret.encode(), raw + timestamp.encode(), hashlib.sha256).hexdigest()


def _moment(timestamp: str) -> datetime | None:
    """Klaviyo does not say in which of these it writes the time."""
    try:
        if timestamp.isdecimal():
            number = int(timestamp)
            seconds = number / 1000 if number >= _MILLISECONDS else number
            return datetime.fromtimestamp(seconds, UTC)
        at = datetime.fromisoformat(timestamp)
    except (ValueError, OverflowError, OSError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
