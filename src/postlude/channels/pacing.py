"""How long a sender rests after 429s that do not say how long. Pure but for its memory.

A few 429s among acceptances are a brush with the limit: one mail in ten was too many, so a tenth of
the time that a window takes is rest enough. A window that is mostly refused has hit the limit: the
rest doubles from window to window.
A Retry-After is always honoured as it stands and never comes here.
"""

import threading
from collections.abc import Sequence
from dataclasses import replace

from postlude.channels.types import Verdict

BRUSH_S = 0.03
FIRST_S = 1.0
LONGEST_S = 60.0


class Pace:
    """The memory of one sender: how many windows in a row were mostly throttled."""

    def __init__(self) -> None:
        self._throttled = 0
        self._lock = threading.Lock()

    def settle(self, verdicts: Sequence[Verdict]) -> list[Verdict]:
        """Give every throttled verdict the rest that fits its whole window."""
        throttled = sum(1 for each in verdicts if each.throttled)
        if not throttled:
            with self._lock:
                self._throttled = 0
            return list(verdicts)
        rest = self._rest(mostly=throttled * 2 >= len(verdicts))
        return [replace(each, retry_after=rest) if each.throttled else each for each in verdicts]

    def _rest(self, *, mostly: bool) -> float:
        with self._lock:
            self._throttled = self._throttled + 1 if mostly else 0
            return min(LONGEST_S, FIRST_S * 2 ** (self._throttled - 1)) if mostly else BRUSH_S
