"""An expression's text as tokens: which facts it reads, and what of CEL is kept out. Pure.

CEL always comes to an end, but a text of 300 characters can be made to take minutes and gigabytes:
a loop binds a value, doubles it, and hands it to the next loop. So what can grow is kept out: only
loops that end in true or false (`exists`, `all`, `exists_one`), at most two within each other, no
`+` within them; no regular expressions, maps or messages; no function that is not listed here.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from postlude.rules.expressions import names
from postlude.rules.language.spans import Problem, Span
from postlude.rules.language.suggesting import did_you_mean

LOOPS = frozenset({"all", "exists", "exists_one"})
FUNCTIONS = LOOPS | frozenset(
    "contains double duration endsWith getDate getDayOfMonth getDayOfWeek getDayOfYear getFullYear "
    "getHours getMilliseconds getMinutes getMonth getSeconds int size startsWith string "
    "timestamp".split()
)
MOST_LOOPS = 2  # within each other
_TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*)
    |(?P<text>"(?:\\.|[^"\\\r\n])*"|'(?:\\.|[^'\\\r\n])*')
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<number>0[xX][0-9a-fA-F]+[uU]?|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?[uU]?)
    |(?P<sign>.)""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Token:
    sort: str
    said: str
    span: Span


def tokens(text: str) -> tuple[Token, ...]:
    """Return all but blanks and comments."""
    return tuple(
        Token(found.lastgroup or "", found.group(), Span(*found.span()))
        for found in _TOKEN.finditer(text)
        if found.lastgroup != "space"
    )


def facts_read(text: str, zone: str) -> dict[str, str]:
    """Return the facts that a text may read, by the name that it says. Never too few.

    A name that the text binds in a loop may be among them.
    """
    found = (names.said_first(_parts(path), zone) for path in _paths(tokens(text)))
    return dict(sorted(each for each in found if each is not None))


def refused(text: str, zone: str) -> Iterator[Problem]:
    """Yield what is kept out, each with its place in the text."""
    scanned = tokens(text)
    for before, token in zip((None, *scanned), scanned, strict=False):
        if token.said in ("{", "`"):
            said = _("“{sign}” cannot be used here.").format(sign=token.said)
            yield _problem("expr_kept_out", said, _("Maps and messages are kept out."), token)
        if token.sort == "text" and before is not None and _touches(before, token):
            said = _("A text stands between one pair of quotation marks, with nothing before it.")
            yield _problem("expr_kept_out", said, "", token)
    yield from _calls(scanned)
    yield from _parts_of_facts(scanned, zone)


def _paths(scanned: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """Yield names joined by dots, without the one that is called; one behind `)` begins anew."""
    path: list[Token] = []
    for before, token in zip((None, *scanned), scanned, strict=False):
        if token.sort == "name":
            if before is None or before.said != ".":
                yield tuple(path)
                path = []
            path.append(token)
        elif token.said != ".":
            yield tuple(path[:-1] if token.said == "(" else path)
            path = []
    yield tuple(path)


def _parts(path: Sequence[Token]) -> list[str]:
    return [token.said for token in path]


def _parts_of_facts(scanned: Sequence[Token], zone: str) -> Iterator[Problem]:
    """Yield a problem for each fact that is asked for a part, such as `now.weekdy`."""
    for path in _paths(scanned):
        said = ".".join(_parts(path))
        fact = names.said_first(_parts(path), zone)
        if fact is not None and fact[0] != said:
            span = Span(path[0].span.start, path[-1].span.end)
            message = _("There is no fact “{name}”.").format(name=said)
            hint = did_you_mean(said, names.known())
            yield Problem("expr_unknown_fact", message, hint, within=span)


def _touches(before: Token, token: Token) -> bool:
    return before.span.end == token.span.start and before.sort in ("name", "text")


def _calls(scanned: Sequence[Token]) -> Iterator[Problem]:
    """Look at each call, with the loops around it."""
    around: list[bool] = []  # for each open parenthesis, whether it is that of a loop
    for before, token in zip((None, *scanned), scanned, strict=False):
        if token.said == "(":
            called = before if before is not None and before.sort == "name" else None
            around.append(called is not None and called.said in LOOPS)
            if called is not None:
                yield from _call(called, sum(around))
        elif token.said == ")" and around:
            around.pop()
        elif token.said == "+" and any(around):
            message = _("“+” cannot stand within exists, all or exists_one.")
            yield _problem("expr_kept_out", message, _("It could grow without end."), token)


def _call(called: Token, loops: int) -> Iterator[Problem]:
    if called.said == "in":
        return
    if called.said not in FUNCTIONS:
        message = _("There is no function “{name}” here.").format(name=called.said)
        yield _problem("expr_function", message, did_you_mean(called.said, FUNCTIONS), called)
    elif called.said in LOOPS and loops > MOST_LOOPS:
        message = _("More than {most} of exists, all and exists_one stand within each other.")
        said = message.format(most=MOST_LOOPS)
        yield _problem("expr_kept_out", said, _("Use several conditions."), called)


def _problem(code: str, message: str, hint: str, token: Token) -> Problem:
    return Problem(code, message, hint, within=token.span)
