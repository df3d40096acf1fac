"""Who is never written to by a notice, so that it can be seen what the others do because of it."""

import hashlib

_THOUSAND = 1_000


def is_held_out(journey: int, contact: int, per_mille: int) -> bool:
    """Say whether a contact is in the share: the same answer for ever, evenly over contacts.

    A larger share holds everybody of a smaller one.
    """
    if not per_mille:
        return False
    words = f"{journey}:{contact}".encode()
    drawn = int.from_bytes(hashlib.blake2b(words, digest_size=8).digest(), "big")
    return drawn % _THOUSAND < per_mille
