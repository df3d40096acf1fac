"""Text to tokens. What people type by mistake is named and read as what they meant."""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

from postlude.rules.language.spans import Problem, Span

LONGEST_NAME = 100


class Sign(StrEnum):
    NAME = "a name"
    AND = "&&"
    OR = "||"
    NOT = "!"
    OPEN = "("
    CLOSE = ")"
    ARROW = "->"
    QUESTION = "?"
    COLON = ":"
    END = "the end"


@dataclass(frozen=True, slots=True)
class Token:
    """One sign; of a name also its `value`, the `kind` of `name:kind`, and whether in quotes."""

    sign: Sign
    span: Span
    value: str = ""
    kind: str = ""
    quoted: bool = False


_SIGNS = {sign.value: sign for sign in Sign if sign not in {Sign.NAME, Sign.END}}
# What input methods and habits make of our signs: read as meant, and reported.
_MEANT = {
    "=>": Sign.ARROW, "→": Sign.ARROW, "⇒": Sign.ARROW,
    "＆＆": Sign.AND, "｜｜": Sign.OR, "&": Sign.AND, "|": Sign.OR, "＆": Sign.AND, "｜": Sign.OR,
    "（": Sign.OPEN, "）": Sign.CLOSE, "！": Sign.NOT, "？": Sign.QUESTION, "：": Sign.COLON,
    ",": Sign.AND, "，": Sign.AND, "、": Sign.AND, ";": Sign.AND, "；": Sign.AND,
}  # fmt: skip
_LONGEST_FIRST = sorted({*_SIGNS, *_MEANT}, key=len, reverse=True)
_CLOSING = {'"': '"', "“": "”", "”": "”", "„": "“", "「": "」", "『": "』", "'": "'", "＂": "＂"}
# Line and paragraph separators, surrogates, and signs that turn the direction of reading around.
_UNSEEN = {*"\u2028\u2029\u200e\u200f", *map(chr, range(0x202A, 0x202F))} | set(
    map(chr, range(0x2066, 0x206A))
)


def begins_name(char: str) -> bool:
    return char.isidentifier()


def continues_name(char: str) -> bool:
    return f"_{char}".isidentifier()


def is_plain_name(name: str) -> bool:
    """Return whether a name needs no quotes."""
    return name.isidentifier() and normal(name) == name


def may_stand_in_name(char: str) -> bool:
    """Return whether a character may stand between quotes."""
    return char not in _UNSEEN and unicodedata.category(char) not in {"Cc", "Cs"}


def normal(name: str) -> str:
    """Return the one form of a name (NFC), so that é is é however it was typed."""
    return unicodedata.normalize("NFC", name)


class Scanner:
    """Reads a text once, from left to right; `problems` holds what was wrong with it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.problems: list[Problem] = []

    def tokens(self) -> list[Token]:
        """Return the tokens, the last of them `Sign.END` at the end of the text."""
        found: list[Token] = []
        while True:
            self._skip_space()
            if self.at >= len(self.text):
                found.append(Token(Sign.END, Span(len(self.text), len(self.text))))
                return found
            token = self._next()
            if token is not None:
                found.append(token)

    def _skip_space(self) -> None:
        while self._here().isspace():
            self.at += 1

    def _here(self, ahead: int = 0) -> str:
        """Return the character `ahead`, or "" behind the end."""
        return self.text[self.at + ahead : self.at + ahead + 1]

    def _next(self) -> Token | None:
        if continues_name(self._here()) or self._here() in _CLOSING:
            return self._typed_name()
        text = self._sign_here()
        if text:
            return self._sign(text)
        self._skip_unknown()
        return None

    def _sign_here(self) -> str:
        """Return the longest sign that stands here, or ""."""
        return next((each for each in _LONGEST_FIRST if self.text.startswith(each, self.at)), "")

    def _sign(self, text: str) -> Token:
        sign = _SIGNS.get(text) or _MEANT[text]
        span = Span(self.at, self.at + len(text))
        self.at = span.end
        if text not in _SIGNS:
            self._report(
                "wrong_sign",
                _("“{sign}” is not a sign of the language.").format(sign=text),
                span,
                _("Write {sign} instead.").format(sign=sign.value),
            )
        return Token(sign, span)

    def _skip_unknown(self) -> None:
        start = self.at
        while (char := self._here()) and not self._is_known(char):
            self.at += 1
        words = self.text[start : self.at]
        shown = words if words.isprintable() else " ".join(f"U+{ord(each):04X}" for each in words)
        compares = set(words) <= set("<>=!+-*/%")
        self._report(
            "unknown_character",
            _("“{signs}” means nothing here.").format(signs=shown),
            Span(start, self.at),
            _("A template only names conditions; amounts and limits are their parameters.")
            if compares
            else _('A name with other signs than letters, digits and _ needs "quotes".'),
        )

    def _is_known(self, char: str) -> bool:
        return char.isspace() or continues_name(char) or char in _CLOSING or bool(self._sign_here())

    def _typed_name(self) -> Token:
        """Read `name` or `name:kind`; no space may stand around that colon."""
        start = self.at
        quoted = self._here() in _CLOSING
        value, kind = self._name(), ""
        behind = self._here(1)
        if self._here() == ":" and behind and (begins_name(behind) or behind in _CLOSING):
            self.at += 1
            kind = self._name()
        return Token(Sign.NAME, Span(start, self.at), value, kind, quoted)

    def _name(self) -> str:
        start = self.at
        name = self._quoted() if self._here() in _CLOSING else self._plain()
        if len(name) > LONGEST_NAME:
            self._report(
                "long_name",
                _("A name has at most {most} characters.").format(most=LONGEST_NAME),
                Span(start, self.at),
            )
        return normal(name)

    def _plain(self) -> str:
        start, hyphen = self.at, False
        while (char := self._here()) and (continues_name(char) or self._at_hyphen()):
            hyphen = hyphen or char == "-"
            self.at += 1
        name, span = self.text[start : self.at], Span(start, self.at)
        if hyphen or not begins_name(name[0]):
            message = _("A name without quotes cannot contain a hyphen.")
            if not hyphen:
                message = _("A name without quotes cannot begin with a digit or a mark.")
            self._report(
                "bad_name", message, span, _('Write "{name}" in quotes.').format(name=name)
            )
        return name

    def _at_hyphen(self) -> bool:
        behind = self._here(1)
        return self._here() == "-" and bool(behind) and continues_name(behind)

    def _quoted(self) -> str:
        start, opening = self.at, self._here()
        closing = _CLOSING[opening]
        self.at += 1
        read: list[str] = []
        while (char := self._here()) and char != closing:
            if char in "\r\n":
                break
            read.append(self._escaped() if char == "\\" else self._seen(char))
        closed = self._here() == closing
        self.at += closed
        span = Span(start, self.at)
        if not closed:
            self._report(
                "unclosed_quote",
                _("This quotation mark is never closed."),
                span,
                _("Names end on the line on which they begin."),
            )
        elif not read:
            self._report("empty_name", _("A name cannot be empty."), span)
        elif opening != '"':
            self._report(
                "wrong_quote",
                _("Names are not written in {opening}{closing}.").format(
                    opening=opening, closing=closing
                ),
                span,
                _('Use straight quotation marks: "…".'),
            )
        return "".join(read)

    def _seen(self, char: str) -> str:
        self.at += 1
        if not may_stand_in_name(char):
            self._report(
                "unseen_character",
                _("{sign} cannot stand in a name.").format(sign=f"U+{ord(char):04X}"),
                Span(self.at - 1, self.at),
                _("It cannot be seen. Remove it."),
            )
        return char

    def _escaped(self) -> str:
        char = self._here(1)
        if char in {'"', "\\"}:
            self.at += 2
            return char
        self.at += 1
        self._report(
            "bad_escape",
            _("A backslash stands before a quotation mark or a backslash only."),
            Span(self.at - 1, self.at),
            _("Write it twice: \\\\."),
        )
        return "\\"

    def _report(self, code: str, message: str, span: Span, hint: str = "") -> None:
        self.problems.append(Problem(code, message, hint, span))
