"""Who sees a popup that only a share of the visitors sees. Pure.

HMAC(key, popup | draw | browser) as a number below 1: the same for ever without anybody keeping
it, another for each popup, and higher shares keep whom lower ones had.
"""

import hashlib
import hmac

_WHOLE = 2**64


def drawn(key: str, slug: str, draw: int, cid: str) -> float:
    """Return where a browser lies between 0 and 1; who lies below the share sees the popup."""
    words = "|".join((slug, str(draw), cid))
    digest = hmac.digest(bytes.fromhex(key), words.encode(), hashlib.sha256)
    return int.from_bytes(digest[:8]) / _WHOLE


def sees(key: str, slug: str, draw: int, cid: str, *, share: float) -> bool:
    """Say whether a browser sees a popup that this share sees."""
    return share >= 1 or drawn(key, slug, draw, cid) < share
