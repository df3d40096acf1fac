"""Tokens that we alone can make: opaque ids, and signed payloads with an expiry.

An opaque id is deterministic and authenticated (an SIV in small: the tag of the id is the nonce
that hides it), so the same id always gives the same 22 characters and a guess is refused.
"""

import base64
import binascii
import hmac
import struct
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b

from django.conf import settings

from postlude.kernel import keys
from postlude.kernel.errors import BadToken

_TAG = 8
_OPAQUE = 16
_LETTERS = 22
_SIGN_TAG = 16
_ALPHABET = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
_LAST = frozenset("AQgw")  # 22 letters are 4 bits more than 16 bytes: one spelling per token
_STANDARD = str.maketrans("-_", "+/")


@lru_cache(maxsize=256)
def _pair(key: bytes) -> tuple[bytes, bytes]:
    return (
        blake2b(b"tag", key=key, digest_size=32).digest(),
        blake2b(b"pad", key=key, digest_size=32).digest(),
    )


def _keys_for(purpose: str, version: int | None = None) -> tuple[bytes, bytes]:
    return _pair(keys.derive(f"token:{purpose}", version=version))


def _xor(left: bytes, right: bytes) -> bytes:
    return (int.from_bytes(left) ^ int.from_bytes(right)).to_bytes(len(left))


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, binascii.Error):
        raise BadToken from None
    if _encode(data) != text:  # one spelling per token
        raise BadToken
    return data


def seal(purpose: str, number: int) -> str:
    """Return the opaque token of an id: 22 characters, the same every time."""
    tag_key, pad_key = _keys_for(purpose)
    plain = struct.pack(">Q", number)
    tag = blake2b(plain, key=tag_key, digest_size=_TAG).digest()
    return _encode(tag + _xor(plain, blake2b(tag, key=pad_key, digest_size=8).digest()))


def unseal(purpose: str, token: str) -> int:
    """Return the id of an opaque token; raise BadToken when we did not make it.

    Asked for each hit of the collector: no more is done here than must be.
    """
    if len(token) != _LETTERS or token[-1] not in _LAST or not _ALPHABET.issuperset(token):
        raise BadToken
    data = binascii.a2b_base64(token.translate(_STANDARD) + "==")
    tag, hidden = data[:_TAG], int.from_bytes(data[_TAG:])
    for tags, pads in _openers(settings.POSTLUDE_SECRET_KEYS, purpose):
        pad = pads.copy()
        pad.update(tag)
        plain = (hidden ^ int.from_bytes(pad.digest())).to_bytes(_TAG)
        made = tags.copy()
        made.update(plain)
        if hmac.compare_digest(made.digest(), tag):
            return int.from_bytes(plain)
    raise BadToken


@lru_cache(maxsize=64)
def _openers(ring: str, purpose: str) -> "tuple[tuple[blake2b, blake2b], ...]":
    """Return what opens the tokens of each key of a ring: its tags, and the pads that hide ids."""
    found = []
    for version in keys.parse(ring) or keys.ring():
        tag_key, pad_key = _keys_for(purpose, version)
        found.append((blake2b(key=tag_key, digest_size=_TAG), blake2b(key=pad_key, digest_size=8)))
    return tuple(found)


def sign(purpose: str, payload: bytes, *, expires: datetime | None = None) -> str:
    """Return a signed token that carries `payload` (readable, never secret) until `expires`."""
    until = int(expires.timestamp()) if expires else 0
    body = struct.pack(">BI", keys.current_version(), until) + payload
    tag_key, _ = _keys_for(purpose)
    return _encode(body + blake2b(body, key=tag_key, digest_size=_SIGN_TAG).digest())


def verify(purpose: str, token: str, *, now: datetime) -> bytes:
    """Return the payload of a signed token; raise BadToken when forged or expired."""
    data = _decode(token) if token.isascii() and len(token) < 1024 else b""  # noqa: PLR2004
    body, tag = data[:-_SIGN_TAG], data[-_SIGN_TAG:]
    if len(body) < struct.calcsize(">BI") or body[0] not in keys.ring():
        raise BadToken
    tag_key, _ = _keys_for(purpose, body[0])
    if not hmac.compare_digest(blake2b(body, key=tag_key, digest_size=_SIGN_TAG).digest(), tag):
        raise BadToken
    (until,) = struct.unpack(">I", body[1:5])
    if until and now.timestamp() >= until:
        raise BadToken("This link has expired.", reason="expired")
    return body[5:]
