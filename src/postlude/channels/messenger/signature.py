"""Is this webhook from Messenger? Pure."""

import hashlib
import hmac


def sign(secret: str, raw: bytes) -> str:
    """Return the signature that Facebook makes of a body."""
    return f"sha256={hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()}"


def is_same(expected: str, given: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace"))
