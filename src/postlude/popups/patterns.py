"""On which pages: patterns of a marketer, as an expression that a browser can test. Pure.

A pattern that begins with / is of the path, on whatever host; another one is of the whole address
and begins with http:// or https://, or with *. `*` stands for anything. Where a pattern has no ?,
what stands behind it in an address (a campaign's marks) makes no difference.
"""

import re

MOST_STARS = 5
_HOST = "^https?://[^/]+"
_PATTERN = re.compile(r"(/|\*|https?://)[^\s#]{0,300}")


def problem(pattern: str) -> str:
    """Return what is wrong with a pattern, "" for nothing."""
    if not _PATTERN.fullmatch(pattern):
        return f"“{pattern[:60]}” is no page; write it like /hats* or https://shop.example/hats*"
    if len(re.findall(r"\*+", pattern)) > MOST_STARS:
        return f"“{pattern[:60]}” has more than {MOST_STARS} stars"
    return ""


def expression(pattern: str) -> str:
    """Return the pattern as a regular expression of JavaScript, for an address without its #."""
    begins = _HOST if pattern.startswith("/") else "^"
    body = ".*".join(_escaped(part) for part in re.split(r"\*+", pattern))
    ends = "$" if "?" in pattern else "([?].*)?$"
    return f"{begins}{body}{ends}"


def _escaped(text: str) -> str:
    return re.sub(r"([.\\+?^${}()|\[\]])", r"\\\1", text)
