"""Who is to be taken off a provider's list, as a form names them."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from postlude.access.types import Removal
from postlude.kernel import tokens
from postlude.kernel.errors import BadToken

_KIND = "removal"
_START = datetime(1970, 1, 1, tzinfo=UTC)
_DIGITS = 17  # microseconds until long after the year 4000


def token(removal: Removal) -> str:
    """Return what a form says of one: the row, and since when, for a row can be opened again."""
    since = (removal.since - _START) // timedelta(microseconds=1)
    return f"{tokens.seal(_KIND, removal.id)}.{since}"


def chosen(texts: Collection[str]) -> dict[int, datetime]:
    """Return the rows that a form names, each with its `since`; not what we did not make."""
    found: dict[int, datetime] = {}
    for text in texts:
        sealed, _, since = text.partition(".")
        if not (since.isascii() and since.isdecimal() and len(since) <= _DIGITS):
            continue
        try:
            found[tokens.unseal(_KIND, sealed)] = _START + timedelta(microseconds=int(since))
        except BadToken:
            continue
    return found
