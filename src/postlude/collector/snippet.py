"""`/postlude.js`: what a shop pastes into its pages, as small as its readers wish."""

import gzip
import re
from functools import cache
from pathlib import Path

from postlude.collector.http import Answer, Request

_HOUR_S = 3_600
_SPACES = re.compile(
    r'/\*.*?\*/|(?P<text>"(?:[^"\\\n]|\\.)*")|\s*(?P<sign>[{}();,=<>?:&|!\[\]]|(?<!\+)\+(?!\s*\+))\s*',
    re.DOTALL,
)
_HEADERS = (
    (b"content-type", b"text/javascript; charset=utf-8"),
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"vary", b"accept-encoding"),
)


async def snippet(request: Request) -> Answer:
    """Return the script; a browser asks again after an hour."""
    if request.method not in {"GET", "HEAD"}:
        return Answer(405, b"", ((b"allow", b"GET, HEAD"),))
    if "gzip" in request.headers.get("accept-encoding", ""):
        encoded = (*_HEADERS, (b"content-encoding", b"gzip"))
        return Answer(200, _packed(), encoded, _HOUR_S)
    return Answer(200, _plain(), _HEADERS, _HOUR_S)


@cache
def _plain() -> bytes:
    return compact(Path(__file__).with_name("postlude.js").read_text("utf-8")).encode()


def compact(source: str) -> str:
    """Return the script without its comments and the spaces that nothing needs.

    For our own script alone: it has no regular expressions between slashes, no texts of several
    lines, a semicolon after each statement, and `//` at the beginning of lines only. A text, and
    `+` beside `+`, stay as they are; two texts that are put together are written as one.
    """
    lines = (line.strip() for line in source.splitlines())
    code = "\n".join(line for line in lines if line and not line.startswith("//"))
    tight = _SPACES.sub(lambda found: found["text"] or found["sign"] or "", code)
    return tight.replace('"+"', "")


@cache
def _packed() -> bytes:
    return gzip.compress(_plain(), 9, mtime=0)
