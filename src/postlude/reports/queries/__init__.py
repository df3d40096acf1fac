"""The SQL of reports, one question a file; it names published views only."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from postlude.kernel import store

_FOLDER = Path(__file__).resolve().parent


@cache
def _text(name: str) -> str:
    return (_FOLDER / f"{name}.sql").read_text(encoding="utf-8")


def ask(name: str, params: Mapping[str, Any], **ids: Sequence[int]) -> list[tuple[Any, ...]]:
    """Return the answer to a question; `ids` fill its lists, `{name}`."""
    # Ids are ours alone, so they may stand in the text; a list may be longer than parameters go.
    lists = {key: ", ".join(str(int(each)) for each in some) for key, some in ids.items()}
    text = _text(name).format(**{key: some or "NULL" for key, some in lists.items()})
    return store.rows_sql(text, params)
