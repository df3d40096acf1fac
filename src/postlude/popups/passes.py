"""The passes that a browser gets: nothing in them says who somebody is, and none can be guessed.

A pass to show carries popup and version, is of one browser, and lasts an hour. What was shown has
an opaque name, by which the browser says what became of it.
"""

import struct
from datetime import datetime, timedelta
from hashlib import blake2b

from postlude.kernel import tokens
from postlude.kernel.errors import BadToken
from postlude.popups.errors import BadPass

_PURPOSE, _SHOWN = "popup", "popup-shown"
_LASTS = timedelta(hours=1)
_MARK = 8


def issue(popup: int, version: int, cid: str, *, now: datetime) -> str:
    """Return the pass of one browser for one version of a popup."""
    payload = struct.pack(">QQ", popup, version) + _mark(cid)
    return tokens.sign(_PURPOSE, payload, expires=now + _LASTS)


def read(text: str, cid: str, *, now: datetime) -> tuple[int, int]:
    """Return popup and version; raise BadPass for one that is forged, old or another's."""
    try:
        payload = tokens.verify(_PURPOSE, text, now=now)
    except BadToken:
        raise BadPass from None
    if payload[16:] != _mark(cid):
        raise BadPass
    popup, version = struct.unpack(">QQ", payload[:16])
    return popup, version


def name_of(exposure: int) -> str:
    """Return the name by which a browser calls what it has shown."""
    return tokens.seal(_SHOWN, exposure)


def named(name: str) -> int:
    """Return what a name stands for; raise BadPass."""
    try:
        return tokens.unseal(_SHOWN, name)
    except BadToken:
        raise BadPass from None


def _mark(cid: str) -> bytes:
    return blake2b(cid.encode(), digest_size=_MARK).digest()
