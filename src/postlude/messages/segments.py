"""How many segments a text message takes, as GSM 03.38 and 03.40 count them. Pure.

A text whose letters are all in the GSM alphabet is packed by 7 bits, any other goes as UTF-16. What
does not fit into one segment is cut, and each part loses room to the header that joins it again.
Neither an escaped letter nor a surrogate pair is cut in two, so a part may stay one unit short.
"""

from dataclasses import dataclass
from typing import Literal

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_ESCAPED = frozenset("\f^{}\\[~]|€")  # an escape before each: two units
_GSM = _BASIC | _ESCAPED
_LAST_OF_THE_PLANE = chr(0xFFFF)

Encoding = Literal["gsm7", "ucs2"]
ROOM: dict[Encoding, tuple[int, int]] = {"gsm7": (160, 153), "ucs2": (70, 67)}
"""Units that fit into the one segment of a short text, and into each of several."""


@dataclass(frozen=True, slots=True)
class Segments:
    """`units` are septets of gsm7 or 16-bit words of ucs2; `room` how many fit into `count`."""

    encoding: Encoding
    units: int
    count: int
    room: int


def count(text: str) -> Segments:
    """Return what a text takes; nothing takes no segment."""
    letters = set(text)
    encoding: Encoding = "gsm7" if letters <= _GSM else "ucs2"
    if encoding == "gsm7":
        wide = letters & _ESCAPED
    elif max(letters) <= _LAST_OF_THE_PLANE:
        wide = set()
    else:
        wide = {each for each in letters if each > _LAST_OF_THE_PLANE}
    units = len(text) + (sum(each in wide for each in text) if wide else 0)
    single, several = ROOM[encoding]
    if units <= single:
        return Segments(encoding, units, min(units, 1), single)
    parts = _parts(text, wide, several) if wide else -(-units // several)
    return Segments(encoding, units, parts, parts * several)


def _parts(text: str, wide: set[str], room: int) -> int:
    parts, used = 1, 0
    for letter in text:
        size = 2 if letter in wide else 1
        if used + size > room:
            parts, used = parts + 1, 0
        used += size
    return parts
