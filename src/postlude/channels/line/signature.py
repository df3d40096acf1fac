"""Is this webhook from LINE? Pure."""

import base64
import hashlib
import hmac


def sign(secret: str, raw: bytes) -> str:
    """Return the signature that LINE makes of a body."""
    return base64.b64encode(hmac.new(secret.encode(), raw, hashlib.sha256).digest()).decode()


def is_trusted(secret: str, raw: bytes, given: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(sign(secret, raw).encode(), given.encode("utf-8", "replace"))
