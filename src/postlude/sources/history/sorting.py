"""Sorting a file: each line is read and checked, and lies with those of its kind.

So a line may name one that comes later in the file. The lines lie in files without a name, which
are gone with the process, however it ends; of each kind's lines one batch at most is in memory.
"""

import hashlib
import json
import pickle
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import IO, Any, NoReturn, Self

from postlude.kernel import keys
from postlude.sources.history import mistakes, shape
from postlude.sources.history.lines import Lines, opened
from postlude.sources.history.types import Item, Mistake, Wrong

BATCH = 500
_KEY_BYTES, _PRINT_BYTES = 16, 8
_AHEAD = timedelta(minutes=5)  # the clock of the other system may be a little fast
_TELL_EVERY = 2_000
Progress = Callable[[int, int], None]


class Keys:
    """Keyed hashes of outside ids and of whole lines: an id may be an e-mail address."""

    def __init__(self, org: int) -> None:
        # Of the oldest key, which is always there: what is known stays known.
        self._key = keys.derive("facts", version=min(keys.ring()), org=org)

    def of(self, *names: Any) -> str:
        text = "\0".join(map(str, names)).encode(errors="replace")
        return hashlib.blake2b(text, key=self._key, digest_size=_KEY_BYTES).hexdigest()

    def print(self, said: dict[str, Any]) -> int:
        text = _spelled(said).encode(errors="replace")
        found = hashlib.blake2b(text, key=self._key, digest_size=_PRINT_BYTES).digest()
        return int.from_bytes(found, "big", signed=True)


_spelled = json.JSONEncoder(sort_keys=True, ensure_ascii=False, default=str).encode


def _refuse(_: str) -> NoReturn:
    raise Wrong("not_a_number")


_decode = json.JSONDecoder(parse_float=Decimal, parse_constant=_refuse).decode


class Sorted:
    """The lines of a file by rank, in batches; and what was wrong with the others."""

    def __init__(self, org: int, now: datetime) -> None:
        self._keys = Keys(org)
        self._latest = now + _AHEAD
        self._files: list[IO[bytes]] = []
        self._wrong: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `__exit__`
        self.counts = [0] * shape.RANKS
        self.rejected: dict[str, int] = {}
        self.first: list[Mistake] = []
        self.lines, self.digest = 0, ""

    def __enter__(self) -> Self:
        for _ in range(shape.RANKS):
            self._files.append(tempfile.TemporaryFile())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for each in (*self._files, self._wrong):
            each.close()

    @property
    def mistakes(self) -> int:
        return sum(self.rejected.values())

    def take(self, path: Path | None, progress: Progress) -> None:
        """Read a file to its end. Raises OSError, and EOFError for a gzip that is cut off."""
        waiting: list[list[Item]] = [[] for _ in self._files]
        with opened(path) as (stream, size):
            lines = Lines(stream)
            for number, line in lines:
                self.lines = number
                if line == b"":
                    continue
                item = self._read(number, line)
                if item is not None:
                    rank = shape.KINDS[item.kind].rank
                    waiting[rank].append(item)
                    if len(waiting[rank]) == BATCH:
                        self._put(rank, waiting[rank])
                        waiting[rank] = []
                if number % _TELL_EVERY == 0 and size:
                    progress(lines.bytes, size)
            self.digest = lines.digest
        for rank, rest in enumerate(waiting):
            if rest:
                self._put(rank, rest)

    def batches(self, rank: int) -> Iterator[list[Item]]:
        """Yield the batches of a rank in the order of the file."""
        yield from _unpacked(self._files[rank])

    def wrong(self) -> Iterator[tuple[Mistake, bytes]]:
        """Yield what was wrong, with the line."""
        yield from _unpacked(self._wrong)

    def _put(self, rank: int, items: list[Item]) -> None:
        self.counts[rank] += len(items)
        pickle.dump(items, self._files[rank], protocol=pickle.HIGHEST_PROTOCOL)

    def _read(self, number: int, line: bytes | None) -> Item | None:
        try:
            if line is None:
                raise Wrong("line_too_long")  # noqa: TRY301 - one place says what is wrong
            said = _parsed(line)
            kind, fact = shape.read(said, self._latest)
        except Wrong as wrong:
            self._note(mistakes.told(number, wrong), line or b"")
            return None
        space = shape.SPACE[kind.name]
        named = [said.get(name) for name in kind.named_by]
        key = self._keys.of(space, *named)
        for name, ref in shape.REFERENCES[kind.name]:
            if name in fact:
                fact[f"{name}:key"] = self._keys.of(ref, fact[name])
        return Item(number, kind.name, key, self._keys.print(said), fact, line or b"")

    def _note(self, mistake: Mistake, line: bytes) -> None:
        self.rejected[mistake.code] = self.rejected.get(mistake.code, 0) + 1
        if len(self.first) < BATCH:
            self.first.append(mistake)
        pickle.dump((mistake, line), self._wrong, protocol=pickle.HIGHEST_PROTOCOL)


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        said = _decode(line.decode())
    except UnicodeDecodeError:
        raise Wrong("not_utf8") from None
    except (ValueError, RecursionError):
        raise Wrong("not_json") from None
    if not isinstance(said, dict):
        raise Wrong("not_an_object")
    return said


def _unpacked(file: IO[bytes]) -> Iterator[Any]:
    file.seek(0)
    while True:
        try:
            yield pickle.load(file)  # noqa: S301 - our own file, which nobody else can open
        except EOFError:
            return
