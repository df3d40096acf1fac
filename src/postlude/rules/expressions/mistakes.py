"""What CEL says of a text that it does not accept, in our words and with its place. Pure."""

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from postlude.rules.expressions import names
from postlude.rules.language.spans import Problem, Span
from postlude.rules.language.suggesting import did_you_mean

_NAME = re.compile(r"undeclared reference to '([^']*)'")
_OVERLOAD = re.compile(r"found no matching overload for '([^']*)' applied to '\(?(.*?)\)?'$")
_TYPE = "gives"


@dataclass(frozen=True, slots=True)
class Mistake:
    """`line` and `column` count from 1, in characters; 0 where CEL names no place."""

    words: str
    line: int = 0
    column: int = 0
    gives: str = ""

    @classmethod
    def of_type(cls, name: str) -> "Mistake":
        """Return the mistake of a text that gives something else than true or false."""
        return cls("", gives=name)

    def problem(self, text: str) -> Problem:
        """Return it as a problem of `text`."""
        code, message, hint, about = self._said()
        if not self.line:
            return Problem(code, message, hint, within=Span(0, len(text)))
        start = _start(text, _offset(text, self.line, self.column), about)
        before = text[:start].split("\n")
        message = _("Line {line}, column {column}: {what}").format(
            line=len(before), column=len(before[-1]) + 1, what=message
        )
        end = min(start + max(len(about), 1), len(text))
        return Problem(code, message, hint, within=Span(start, end))

    def _said(self) -> tuple[str, str, str, str]:
        """Return code, message, hint, and the characters that it is about."""
        if self.gives:
            message = _("It gives {what}, where a condition is true or false.")
            return "expr_no_verdict", message.format(what=self.gives), _("Compare it."), ""
        name = _NAME.match(self.words)
        if name:
            message = _("There is no fact “{name}”.").format(name=name[1])
            hint = did_you_mean(name[1], names.known())
            return "expr_unknown_fact", message, hint, name[1]
        overload = _OVERLOAD.match(self.words)
        if overload:
            sign = overload[1].strip("_") or overload[1]
            message = _("“{sign}” cannot take {types}.").format(sign=sign, types=overload[2])
            hint = _('Money is in minor units; moments are compared with timestamp("…").')
            return "expr_types", message, hint, sign
        if "recursion" in self.words:
            hint = _("Use several conditions.")
            return "expr_too_deep", _("It is nested too deeply."), hint, ""
        words = self.words.partition(" expecting ")[0].rstrip(".")
        return "expr_syntax", f"{words}.", "", ""


def _offset(text: str, line: int, column: int) -> int:
    before = text.split("\n")[: line - 1]
    return min(sum(len(each) + 1 for each in before) + column - 1, len(text))


def _start(text: str, near: int, about: str) -> int:
    """Return where `about` begins: of `a.b` CEL names the place of the dot."""
    found = text.rfind(about, 0, near + len(about)) if about else -1
    return near if found < 0 else found
