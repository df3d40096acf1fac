"""Foreign texts and times as both engines can hold them.

JSON may carry NUL, which PostgreSQL refuses, and half a surrogate pair (an emoji that somebody cut
in two), which nobody can encode. One of them in one record would fail the batch that it is in.
"""

import re
from datetime import datetime

_NUL = "\x00"
_HALVES = re.compile("[\ud800-\udfff]")
_REPLACEMENT = "\ufffd"
# Far from the ends of the calendar, so that any zone and any span can be added.
_YEARS = range(1971, 2200)


def text(given: str) -> str:
    """Return the text without NUL, and with a replacement character for each half of a pair."""
    if given.isascii():  # mostly, and many of them
        return given.replace(_NUL, "") if _NUL in given else given
    return _HALVES.sub(_REPLACEMENT, given.replace(_NUL, ""))


def instant(given: datetime) -> datetime:
    """Return the instant; raise ValueError for one that no clock of today means."""
    if given.year not in _YEARS:
        raise ValueError("a time out of this world")
    return given
