"""The numbers that the form gateway can reach, and how it wants them. Pure."""

import re

# +7 is Kazakhstan's, too: its numbers begin with 6 or 7.
_RUSSIAN = re.compile(r"\+7([3489]\d{9})")


def served(number: str) -> bool:
    """Say whether an E.164 number is a Russian one."""
    return _RUSSIAN.fullmatch(number) is not None


def spelled(number: str) -> str:
    """Return a Russian E.164 number as eleven digits that begin with 8; raise ValueError."""
    found = _RUSSIAN.fullmatch(number)
    if found is None:
        raise ValueError("no Russian number")
    return f"8{found[1]}"
