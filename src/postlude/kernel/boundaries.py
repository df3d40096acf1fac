"""Named points at which a process may die.

Each commit and each call to the outside is followed or framed by `crossing("room.what")`. In
production this costs one comparison. The crash test reads the names from the source and kills
the process (SIGKILL) at each of them: `POSTLUDE_CRASH_AT=name[:nth]`, `*` for any name.
"""

import os
import signal
import threading


class _Trap:
    def __init__(self) -> None:
        self.target = ""
        self._left = 0
        self._lock = threading.Lock()

    def arm(self, target: str, nth: int) -> None:
        with self._lock:
            self.target, self._left = target, nth

    def step(self) -> None:
        with self._lock:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


_trap = _Trap()


def arm(text: str) -> None:
    """Die at the `nth` crossing of a name (`name:nth`, `*:nth`); an empty text disarms."""
    target, _, nth = text.partition(":")
    _trap.arm(target, int(nth or 1))


def crossing(name: str) -> None:
    """Mark a boundary; `name` must be a string literal, so that the list can be generated."""
    if _trap.target and _trap.target in {name, "*"}:
        _trap.step()


arm(os.environ.get("POSTLUDE_CRASH_AT", ""))
