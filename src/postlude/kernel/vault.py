"""Encryption at rest for raw payloads and shown texts, with the organisation's own key.

AES-256-GCM; the header names the key version, the purpose is authenticated. Without the master
key the bytes are noise, which is what makes an expiry or a lost key a real erasure.
"""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from postlude.kernel import keys
from postlude.kernel.errors import AppError

_NONCE = 12


class CannotDecrypt(AppError, ValueError):
    """These bytes cannot be read with our keys."""

    code = "cannot_decrypt"
    http_status = 500
    message = "These bytes cannot be read with the configured keys."
    hint = "Was POSTLUDE_SECRET_KEYS replaced instead of extended? Put the old key back, second."


def _cipher(org: int, purpose: str, version: int) -> AESGCM:
    return AESGCM(keys.derive(f"vault:{purpose}", version=version, org=org))


def encrypt(org: int, purpose: str, data: bytes) -> bytes:
    """Return `data` sealed for this organisation and purpose."""
    version = keys.current_version()
    nonce = secrets.token_bytes(_NONCE)
    sealed = _cipher(org, purpose, version).encrypt(nonce, data, purpose.encode())
    return bytes([version]) + nonce + sealed


def decrypt(org: int, purpose: str, blob: bytes) -> bytes:
    """Return what `encrypt` was given; raise CannotDecrypt otherwise."""
    blob = bytes(blob)
    if not blob or blob[0] not in keys.ring():
        raise CannotDecrypt
    nonce, sealed = blob[1 : 1 + _NONCE], blob[1 + _NONCE :]
    try:
        return _cipher(org, purpose, blob[0]).decrypt(nonce, sealed, purpose.encode())
    except InvalidTag:
        raise CannotDecrypt from None
