"""JSON logs: one object a line, ids only, cut of personal data even when a library talks."""

import json
import logging
from datetime import UTC, datetime
from typing import Any

from postlude.kernel import redact

_STANDARD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """Format a record as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "room": record.name.removeprefix("postlude."),
            "what": redact.cut(record.getMessage(), 1_000),
        }
        for key, value in vars(record).items():
            if key not in _STANDARD:
                plain = isinstance(value, int | float | bool | type(None))
                entry[key] = value if plain else redact.cut(value)
        if record.exc_info and record.exc_info[0] is not None:
            entry["error"] = record.exc_info[0].__name__
            entry["trace"] = _trace(record)
        return json.dumps(entry, ensure_ascii=False)


def _trace(record: logging.LogRecord) -> list[str]:
    """Return file:line of each frame; never the values, nor the message of the error."""
    frames, current = [], record.exc_info[2] if record.exc_info else None
    while current is not None:
        code = current.tb_frame.f_code
        frames.append(f"{code.co_filename.rsplit('/', 1)[-1]}:{current.tb_lineno} {code.co_name}")
        current = current.tb_next
    return frames[-12:]
