"""A reader that goes through tokens and remembers what was wrong at which of them."""

from collections.abc import Sequence

from postlude.rules.language.spans import Problem, Span
from postlude.rules.language.tokens import Sign, Token


class Reader:
    """Goes through tokens, the last of which is the end; it never goes past that."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self.problems: list[Problem] = []

    @property
    def here(self) -> Token:
        return self._tokens[self._at]

    @property
    def behind(self) -> Token:
        """Return the token after this one."""
        return self._tokens[min(self._at + 1, len(self._tokens) - 1)]

    @property
    def last_end(self) -> int:
        """Return where the last token before the end stops."""
        return self._tokens[-2].span.end if len(self._tokens) > 1 else 0

    def advance(self) -> None:
        self._at = min(self._at + 1, len(self._tokens) - 1)

    def take(self, *signs: Sign) -> Token | None:
        """Go past the token here if it is one of `signs`, and return it."""
        token = self.here
        if token.sign not in signs:
            return None
        self.advance()
        return token

    def skip_to(self, *signs: Sign) -> None:
        """Go on to the next of `signs`, or to the end."""
        while self.here.sign not in (*signs, Sign.END):
            self.advance()

    def report(self, code: str, message: str, hint: str = "", span: Span | None = None) -> None:
        """Remember a problem, at the token here unless `span` says where."""
        self.problems.append(Problem(code, message, hint, span or self.here.span))
