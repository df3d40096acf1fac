"""What a coupon's code looks like; pure but for the key ring.

A generated code says nothing and cannot be guessed: 12 letters of 23 are 54 bits out of a keyed
hash, so with a million live codes one guess in eighteen billion hits. Letters and digits that look
or sound alike (0 O, 1 I L, 2 Z, 5 S, 8 B, U V) are left out.
"""

import re
from hashlib import blake2b

from postlude.kernel import keys

ALPHABET = "ACDEFGHJKMNPQRTWXY34679"
LENGTH = 12
MAX = 64
_USABLE = re.compile(r"[A-Z0-9._/+]+")
_SEPARATORS = re.compile(r"[\s\-‐‑–—]+")


def generate(org: int, quota: int, serial: int) -> str:
    """Return the code of a serial number of a list: always the same, known to nobody else."""
    key = keys.derive("coupon-code", org=org)
    drawn = blake2b(f"{quota}|{serial}".encode(), key=key, digest_size=32).digest()
    number = int.from_bytes(drawn)  # 256 bits: the bias of the remainder is below 2^-200
    letters = []
    for _ in range(LENGTH):
        number, letter = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[letter])
    return "".join(letters)


def plain(typed: str) -> str:
    """Return a code as it is stored: whatever case, spaces and dashes a person typed."""
    return _SEPARATORS.sub("", typed).upper()


def shown(code: str) -> str:
    """Return a code as a person reads it: a generated one in groups of four."""
    if len(code) == LENGTH and set(code) <= set(ALPHABET):
        return "-".join(code[start : start + 4] for start in range(0, LENGTH, 4))
    return code


def is_usable(code: str) -> bool:
    return len(code) <= MAX and _USABLE.fullmatch(code) is not None
