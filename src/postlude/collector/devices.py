"""`/p/<write key>/push`: a browser that may be notified says its token, for whom the shop says.

Whose device it is a page cannot be asked: whoever knows a member's number could hear what is
written to the member. So the shop's server asks for a word for whom has logged in (as for LINE's
account link) and the page hands it on with the token. What it was before is forgotten: who knows
a token has the device. Nothing is kept of the visitor. Answers: 200 with `kept` and `why` ·
400 the body cannot be read · 403 not from this origin · 404 no such key · 413 too much.
"""

from dataclasses import dataclass

from postlude.collector.batches import read_json
from postlude.collector.doors import answer, door, told
from postlude.collector.http import Answer, Request
from postlude.collector.sites import Sites
from postlude.collector.threads import Readers
from postlude.kernel import clock
from postlude.kernel.errors import BadInput
from postlude.people import api as people

PUSH = "push"
_MOST_TOKEN, _MOST_WORD = 320, 64


class _TooLong(BadInput):
    """The body is longer than a registration may be."""

    code = "body_too_big"
    http_status = 413
    message = "What a device says is at most 4 kB long."
    hint = "Send token, word and was, and nothing else."


@dataclass(frozen=True, slots=True)
class _Said:
    """What a page says: its token now ("" where it may not be notified any more), and before."""

    token: str
    word: str
    was: str


class Devices:
    """The endpoint."""

    def __init__(self, sites: Sites, readers: Readers) -> None:
        self._sites = sites
        self._readers = readers

    async def __call__(self, request: Request, key: str) -> Answer:
        """Answer once it is kept, or say why it is not."""
        found = await door(self._sites, request, key)
        if isinstance(found, Answer):
            return found
        try:
            if request.too_long:
                raise _TooLong
            said = _read(request.body)
        except BadInput as error:
            return told(error, found.shared)
        why = await self._readers.run(lambda: _keep(found.site.org, said))
        return answer({"kept": not why, **({"why": why} if why else {})}, found.shared)


def _keep(org: int, said: _Said) -> str:
    """Keep a device; return why it is not kept, "" where it is."""
    now = clock.now()
    if said.token:
        problem = people.finish_link(org, PUSH, said.word, said.token, at=now, now=now)
        if problem is not None:
            return problem.code
    if said.was and said.was != said.token:
        people.end_addresses(org, PUSH, [said.was])
    return "" if said.token else "forgotten"


def _read(body: bytes) -> _Said:
    given = read_json(body)
    token, word, was = (_text(given.get(name)) for name in ("token", "word", "was"))
    fits = max(len(token), len(was)) <= _MOST_TOKEN and len(word) <= _MOST_WORD
    if not fits or not (token or was):
        raise BadInput(
            "This is no token of a device.",
            hint="token is what getToken() gave; to forget the device send was alone.",
        )
    return _Said(token, word, was)


def _text(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or not value.isascii() or not value.isprintable():
        raise BadInput("token, word and was are plain texts.", hint="Give what getToken() gave.")
    return value
