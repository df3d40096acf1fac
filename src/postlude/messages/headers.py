"""Header values, and the one check that keeps strangers from adding headers of their own. Pure."""

import re
from collections.abc import Sequence

from postlude.messages.errors import UnsafeHeader

_BREAKS = re.compile(r"[\r\n\x00]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")


def safe(name: str, value: str) -> str:
    """Return the value, or raise: a line break in it is never repaired in silence."""
    if _BREAKS.search(value):
        raise UnsafeHeader(name=name)
    return value


def one_line(value: str) -> str:
    """Make a person's name fit for a header: a buyer must get the ticket whatever was typed."""
    return _CONTROL.sub(" ", value).strip()


def message_id(token: str, from_address: str) -> str:
    domain = from_address.rpartition("@")[2] or "postlude.invalid"
    return f"<{token}@{domain}>"


def one_click(unsubscribe_url: str) -> Sequence[tuple[str, str]]:
    """RFC 8058: a POST to this address unsubscribes; a GET only shows a page."""
    return (
        ("List-Unsubscribe", f"<{unsubscribe_url}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    )
