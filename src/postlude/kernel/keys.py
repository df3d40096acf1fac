"""The key ring: versioned master keys, and keys derived from them for one purpose each.

`POSTLUDE_SECRET_KEYS` is `2:base64,1:base64`; the first is used for new things, all of them for
reading old ones. Losing a key means that old pseudonyms can no longer be matched and old
encrypted payloads no longer read, so `doctor` asks for a backup of it.
"""

import base64
import binascii
import secrets
from functools import lru_cache
from hashlib import blake2b

from django.conf import settings

from postlude.kernel.errors import AppError, MissingSetting

_KEY_BYTES = 32


class BadKeys(AppError, ValueError):
    """The secret keys cannot be read."""

    code = "bad_secret_keys"
    http_status = 500
    message = "POSTLUDE_SECRET_KEYS cannot be read."
    hint = "It looks like `1:BASE64`, 32 bytes each, the newest first."


@lru_cache(maxsize=4)
def parse(text: str) -> dict[int, bytes]:
    """Read a key ring, newest first; raise BadKeys when a part of it is not a key."""
    ring: dict[int, bytes] = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        version, _, encoded = part.partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
            number = int(version)
        except (ValueError, binascii.Error):
            raise BadKeys from None
        if len(key) != _KEY_BYTES or number in ring or not 0 < number < 256:  # noqa: PLR2004
            raise BadKeys
        ring[number] = key
    return ring


def generate(version: int = 1) -> str:
    """Return a fresh key ring of one key, as text."""
    return f"{version}:{base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()}"


def ring() -> dict[int, bytes]:
    """Return the configured key ring; raise MissingSetting when there is none."""
    keys = parse(settings.POSTLUDE_SECRET_KEYS)
    if not keys:
        raise MissingSetting(name="POSTLUDE_SECRET_KEYS")
    return keys


def current_version() -> int:
    """Return the version that new things are made with."""
    return next(iter(ring()))


def derive(purpose: str, *, version: int | None = None, org: int | None = None) -> bytes:
    """Return 32 bytes for one purpose (and organisation) under one master key.

    Keyed BLAKE2b as the key derivation: the master is uniform, so a PRF is enough (RFC 5869, 3.3).
    """
    keys = ring()
    chosen = current_version() if version is None else version
    if chosen not in keys:
        raise MissingSetting(
            "Key version {version} is not in POSTLUDE_SECRET_KEYS.", version=chosen
        )
    return _derive(keys[chosen], purpose, org)


@lru_cache(maxsize=4096)
def _derive(master: bytes, purpose: str, org: int | None) -> bytes:
    label = f"{purpose}|{'' if org is None else org}".encode()
    return blake2b(label, key=master, digest_size=32, person=b"postlude-derive").digest()
