"""Signing as Discord does: Ed25519 over the timestamp and the raw body."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

# A key that everybody knows: the sandbox signs nothing that matters.
SEED = bytes(range(32))
_KEY = Ed25519PrivateKey.from_private_bytes(SEED)
_OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))


def public_key() -> str:
    """The application's public key, in hex, as the developer portal shows it."""
    return _KEY.public_key().public_bytes_raw().hex()


def headers(timestamp: str, body: bytes, *, wrong: bool = False) -> dict[str, str]:
    """The two headers of a signed call; `wrong` signs with somebody else's key."""
    key = _OTHER if wrong else _KEY
    return {
        "Content-Type": "application/json",
        "X-Signature-Ed25519": key.sign(timestamp.encode() + body).hex(),
        "X-Signature-Timestamp": timestamp,
    }
