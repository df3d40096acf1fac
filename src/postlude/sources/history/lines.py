"""The lines of a file, one after another, however long one of them is."""

import gzip
import hashlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

LONGEST = 65_536
_GZIP = b"\x1f\x8b"


class Lines:
    """Reads lines and keeps the digest of all it has read."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._hash = hashlib.sha256()
        self.bytes = 0

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()

    def __iter__(self) -> Iterator[tuple[int, bytes | None]]:
        """Yield (number, line); None for a line that is too long, of which little is held."""
        number = 0
        while piece := self._next():
            number += 1
            if piece.endswith(b"\n") or len(piece) <= LONGEST:
                yield number, piece.strip()
                continue
            while piece and not piece.endswith(b"\n"):
                piece = self._next()
            yield number, None

    def _next(self) -> bytes:
        piece = self._stream.readline(LONGEST + 1)
        self._hash.update(piece)
        self.bytes += len(piece)
        return piece


@contextmanager
def opened(path: Path | None) -> Iterator[tuple[BinaryIO, int]]:
    """Open a file, packed by gzip or not, or standard input for None; with its size, 0: unknown."""
    if path is None:
        yield cast("BinaryIO", sys.stdin.buffer), 0
        return
    with path.open("rb") as raw:
        packed = raw.read(2) == _GZIP
        raw.seek(0)
        if packed:
            with gzip.open(raw) as unpacked:
                yield cast("BinaryIO", unpacked), 0
        else:
            yield raw, path.stat().st_size
