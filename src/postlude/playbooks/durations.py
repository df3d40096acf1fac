"""Lengths of time and times of day as people write them. Pure."""

import re
from datetime import time, timedelta

_UNITS = {
    "second": 1,
    "sec": 1,
    "s": 1,
    "minute": 60,
    "min": 60,
    "m": 60,
    "hour": 3600,
    "h": 3600,
    "day": 86400,
    "d": 86400,
    "week": 604800,
    "w": 604800,
}
_PART = re.compile(r"(\d+)\s*([a-z]+)")
_WHOLE = re.compile(r"\d+\s*[a-z]+(?:\s*(?:,|and)?\s*\d+\s*[a-z]+)*")
_BETWEEN = re.compile(r"(\d{1,2}):(\d{2})\s*(?:to|-|–|until)\s*(\d{1,2}):(\d{2})")
_PAUSE = re.compile(
    r"(?P<length>.*?)\s*(?:until\s+(?P<hour>\d{1,2}):(?P<minute>\d{2}))?", re.DOTALL
)
EXAMPLE = "2 minutes"


def parse(text: str) -> timedelta:
    """Read "90 seconds", "2 minutes" or "1 hour 30 minutes"; raise ValueError otherwise."""
    plain = text.strip().lower()
    if not _WHOLE.fullmatch(plain):
        raise ValueError(f"“{text}” is no length of time; write it like “{EXAMPLE}”")
    seconds = 0
    for count, word in _PART.findall(plain):
        unit = _UNITS.get(word) or _UNITS.get(word.removesuffix("s"))
        if unit is None:
            raise ValueError(f"“{word}” is not a unit of time")
        seconds += int(count) * unit
    if seconds == 0:
        raise ValueError("a length of time must be more than nothing")
    return timedelta(seconds=seconds)


def pause(text: str) -> tuple[timedelta, time | None]:
    """Read "1 day", "until 10:00" or "1 day until 10:00"; raise ValueError otherwise."""
    found = _PAUSE.fullmatch(text.strip().lower())
    if found is None or not text.strip():
        raise ValueError(f"“{text}” is nothing to wait for; write it like “1 day until 10:00”")
    length = parse(found["length"]) if found["length"] else timedelta(0)
    if found["hour"] is None:
        return length, None
    try:
        return length, time(int(found["hour"]), int(found["minute"]))
    except ValueError:
        raise ValueError(f"“{text}” has a time that no clock shows") from None


def between(text: str) -> tuple[time, time]:
    """Read "22:00 to 08:00" into its two times of day; raise ValueError otherwise."""
    match = _BETWEEN.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"“{text}” is no span of hours; write it like 22:00 to 08:00")
    hour, minute, last_hour, last_minute = (int(part) for part in match.groups())
    try:
        return time(hour, minute), time(last_hour, last_minute)
    except ValueError:
        raise ValueError(f"“{text}” has a time that no clock shows") from None


def words(length: timedelta) -> str:
    """Write a length as `parse` reads it."""
    seconds = int(length.total_seconds())
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds % size == 0:
            count = seconds // size
            return f"{count} {unit}" + ("" if count == 1 else "s")
    return f"{seconds} seconds"
