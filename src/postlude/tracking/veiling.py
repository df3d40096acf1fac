"""Addresses of the network while they are on their way: told apart, and not readable."""

from functools import lru_cache
from hashlib import blake2b

from postlude.kernel import keys

_MOST = 50_000


@lru_cache(maxsize=_MOST)
def veil(ip: str) -> str:
    """Return a keyed hash of an address, of the whole installation; "" of none.

    What is kept for longer than a moment is `origin_of` an organisation, made of this.
    """
    if not ip:
        return ""
    return blake2b(ip.encode(), key=keys.derive("veil"), digest_size=16).hexdigest()
