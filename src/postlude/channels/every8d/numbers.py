"""The numbers that every8d reaches for us, and how it wants them. Pure."""

import re

_MOBILE = re.compile(r"\+886(9\d{8})")


def served(number: str) -> bool:
    """Say whether an E.164 number is a Taiwanese mobile one."""
    return _MOBILE.fullmatch(number) is not None


def spelled(number: str) -> str:
    """Return a Taiwanese mobile E.164 number as ten digits from 09; raise ValueError."""
    found = _MOBILE.fullmatch(number)
    if found is None:
        raise ValueError("no Taiwanese mobile number")
    return f"0{found[1]}"
