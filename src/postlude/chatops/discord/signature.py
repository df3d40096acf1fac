"""Is this call from Discord, and is it fresh? Pure."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

# Discord wants its answer within 3 seconds; five minutes forgive a clock, and no more.
FRESH_SECONDS = 300
_LONGEST_STAMP = 12


def is_genuine(*, public_key: str, signature: str, timestamp: str, body: bytes, now: float) -> bool:
    """Say whether `signature` (hex) signs timestamp + raw body, not long before or after `now`."""
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= _LONGEST_STAMP):
        return False
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        key.verify(bytes.fromhex(signature), timestamp.encode() + body)
    except (ValueError, InvalidSignature):
        return False
    return abs(now - int(timestamp)) <= FRESH_SECONDS
