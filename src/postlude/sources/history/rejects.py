"""The file of rejects: each line that is not in, what is wrong with it, and what to do.

It holds the lines as they were, personal data too: only its owner may read it.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from postlude.sources.history import shape
from postlude.sources.history.sorting import Sorted
from postlude.sources.history.types import Mistake

_MOST = 2_000


def write(path: Path | None, lines: Sorted, wrong: Sequence[Mistake]) -> str | None:
    """Write the rejects of a file in one go; return the path, None where there are none."""
    if path is None or not (wrong or lines.mistakes):
        return None
    late = {each.line: each for each in wrong}
    part = path.with_name(f"{path.name}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        for mistake, line in lines.wrong():
            out.write(_line(mistake, line))
        for rank in range(shape.RANKS if late else 0):
            for items in lines.batches(rank):
                for it in items:
                    if it.line in late:
                        out.write(_line(late[it.line], it.raw))
        out.flush()
        os.fsync(out.fileno())
    part.replace(path)
    return str(path)


def _line(mistake: Mistake, line: bytes) -> str:
    said = line.decode(errors="replace")
    told = {**asdict(mistake), "said": said if len(said) <= _MOST else f"{said[:_MOST]}…"}
    return f"{json.dumps(told, ensure_ascii=False)}\n"
