"""Time-ordered 63-bit ids, made without asking the database.

42 bits of milliseconds, 13 bits of process (random at start), 8 bits of sequence. Two processes
that draw the same process number and the same millisecond and sequence would meet in a primary
key, fail and be retried: a nuisance, never a wrong row.
"""

import os
import secrets
import threading
import time
from datetime import UTC, datetime, timedelta

_EPOCH_MS = 1_577_836_800_000  # 2020-01-01; ids stay positive until 2159
_SEQUENCE_BITS = 8
_PROCESS_BITS = 13
_SEQUENCES = 1 << _SEQUENCE_BITS


class _Source:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last_ms = 0
        self._sequence = 0
        self.reseed()

    def reseed(self) -> None:
        self._process = secrets.randbits(_PROCESS_BITS)

    def take(self, count: int) -> list[int]:
        taken: list[int] = []
        with self._lock:
            while len(taken) < count:
                taken += self._block(count - len(taken))
        return taken

    def _block(self, most: int) -> range:
        """Return the next ids of one millisecond, at most so many; never none."""
        # Real time on purpose: ids must never repeat when business time is faked or set back.
        ms = max(time.time_ns() // 1_000_000 - _EPOCH_MS, self._last_ms)
        first = self._sequence + 1 if ms == self._last_ms else 0
        if first == _SEQUENCES:  # borrow from the next millisecond
            ms, first = ms + 1, 0
        last = min(first + most, _SEQUENCES) - 1
        self._last_ms, self._sequence = ms, last
        base = (ms << (_PROCESS_BITS + _SEQUENCE_BITS)) | (self._process << _SEQUENCE_BITS)
        return range(base + first, base + last + 1)


_source = _Source()
os.register_at_fork(after_in_child=_source.reseed)


def new_id() -> int:
    """Return one new id, larger than every id this process made before."""
    return _source.take(1)[0]


def first_of(when: datetime) -> int:
    """Return the smallest id that could have been made at an instant; older rows are below it."""
    ms = int(when.timestamp() * 1000) - _EPOCH_MS
    return max(0, ms) << (_PROCESS_BITS + _SEQUENCE_BITS)


def made_at(number: int) -> datetime:
    """Return the instant at which an id was made, by real time, to the millisecond."""
    ms = (number >> (_PROCESS_BITS + _SEQUENCE_BITS)) + _EPOCH_MS
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=ms)


def new_ids(count: int) -> list[int]:
    """Return `count` new ids in growing order."""
    return _source.take(count)
