"""Klaviyo's speed limits: fixed windows of a second, a minute and a day for each operation."""

from __future__ import annotations

from collections import Counter
from math import ceil

from postlude.sandbox.klaviyo.jsonapi import Refusal
from postlude.sandbox.now import epoch

# burst a second, steady a minute, a day (0: none)
LIMITS: dict[str, tuple[int, int, int]] = {
    "templates": (75, 750, 0),
    "create list": (10, 150, 150),
    "profiles": (75, 750, 0),
    "lists": (10, 150, 0),
    "campaigns": (10, 150, 0),
    "events": (350, 3_500, 0),
    "metrics": (10, 150, 0),
}
_WINDOWS_S = (1, 60, 86_400)


class Limits:
    """Counts calls; a fourth of a limit that is used up is still a whole call."""

    def __init__(self) -> None:
        self._used: Counter[tuple[str, int, int]] = Counter()

    def take(self, operation: str, *, lists_a_day: int) -> dict[str, str]:
        """Count one call and return its headers, or refuse it with Retry-After."""
        burst, steady, day = LIMITS[operation]
        limits = (burst, steady, lists_a_day if operation == "create list" else day)
        at = epoch()
        for limit, width in zip(limits, _WINDOWS_S, strict=True):
            window = int(at // width)
            if limit and self._used[operation, width, window] >= limit:
                wait = ceil((window + 1) * width - at)
                raise throttled(float(wait))
        for width in _WINDOWS_S:
            self._used[operation, width, int(at // width)] += 1
        if len(self._used) > 1_000:  # noqa: PLR2004 - old windows are of no use
            self._used = Counter({k: v for k, v in self._used.items() if k[2] == int(at // k[1])})
        left = steady - self._used[operation, 60, int(at // 60)]
        return {
            "RateLimit-Limit": str(steady),
            "RateLimit-Remaining": str(max(0, left)),
            "RateLimit-Reset": str(ceil(60 - at % 60)),
        }


def throttled(retry_after: float | None) -> Refusal:
    """Too many requests."""
    headers = {} if retry_after is None else {"Retry-After": str(ceil(retry_after))}
    words = "Request was throttled."
    if retry_after is not None:
        words += f" Expected available in {ceil(retry_after)} seconds."
    return Refusal(429, "throttled", "Request was throttled.", words, headers=headers)
