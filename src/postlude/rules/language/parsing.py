"""Template text to tree, with every mistake at its place. Pure.

    rule := or '->' actions | or '?' actions ':' actions
    or   := and ('||' and)*          and := unary ('&&' unary)*
    unary := '!' unary | '(' or ')' | name          actions := name ('&&' name)*

A mistake does not end the reading: what was meant is guessed, so that several come at once.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from postlude.kernel.errors import N_
from postlude.rules.language.reading import Reader
from postlude.rules.language.spans import Problem, Severity, Span
from postlude.rules.language.tokens import Scanner, Sign, Token
from postlude.rules.language.tree import ActionRef, And, Expression, Leaf, Not, Or, Template

LONGEST = 4_000
DEEPEST = 40
MOST_NAMES = 200
MOST_PROBLEMS = 20
_JOINS = (Sign.AND, Sign.OR)
_BEGINS = (Sign.NAME, Sign.OPEN, Sign.NOT)
_WORDS = {"and": Sign.AND, "or": Sign.OR, "not": Sign.NOT}


@dataclass(frozen=True, slots=True)
class Parsed:
    """What was read. With problems `template` is what could be understood, to check it further.

    It is None when nothing could. A condition that is missing is a leaf with the alias "".
    """

    template: Template | None
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        return all(each.severity is not Severity.ERROR for each in self.problems)


def parse(text: str) -> Parsed:
    """Read a template; never raises. Spans count characters (code points) of `text`."""
    if len(text) > LONGEST:
        message = _("A template has at most {most} characters; this one has {count}.").format(
            most=LONGEST, count=len(text)
        )
        span = Span(LONGEST, len(text))
        return Parsed(None, (Problem("too_long", message, _("Use sub-rules."), span),))
    scanner = Scanner(text)
    tokens = scanner.tokens()
    names = [token for token in tokens if token.sign is Sign.NAME]
    if len(names) > MOST_NAMES:
        message = _("A template has at most {most} names; this one has {count}.").format(
            most=MOST_NAMES, count=len(names)
        )
        return Parsed(None, (Problem("too_many", message, _("Use sub-rules."), names[-1].span),))
    parser = _Parser(Reader(tokens))
    template = parser.template() if len(tokens) > 1 or scanner.problems else None
    if template is None:
        nothing = Problem("empty", _("There is no template here."), _(_EXAMPLE), Span(0, len(text)))
        return Parsed(None, (nothing,))
    return Parsed(template, _in_order([*scanner.problems, *parser.tokens.problems]))


_EXAMPLE = N_("Write one like: paid_amount && period -> bonus && coupon")


def _in_order(problems: list[Problem]) -> tuple[Problem, ...]:
    """Return the problems from left to right, one for each place: what follows is its echo."""
    first: dict[int, Problem] = {}
    for each in problems:
        first.setdefault(each.span.start if each.span else 0, each)
    return tuple(first[at] for at in sorted(first))[:MOST_PROBLEMS]


class _Parser:
    def __init__(self, tokens: Reader) -> None:
        self.tokens = tokens
        self._depth = 0
        self._lost = False  # what was too deep was skipped: its parentheses are not missed

    def template(self) -> Template:
        condition = self._condition()
        if self.tokens.take(Sign.QUESTION):
            then, otherwise = self._actions(), None
            if self.tokens.take(Sign.COLON):
                otherwise = self._actions()
            else:
                self._no_else(then)
            self._finish("")
            return Template(condition, then, otherwise)
        if not self.tokens.take(Sign.ARROW):
            self.tokens.report(
                "no_actions",
                _("What follows from the condition is missing."),
                _("Add “-> action”, or “? action : action”."),
            )
            return Template(condition, ())
        then = self._actions()
        self._finish(_("“->” has no else part; write “condition ? actions : actions”."))
        return Template(condition, then)

    def _no_else(self, then: tuple[ActionRef, ...]) -> None:
        typed = next((each for each in then if each.kind), None)
        hint = (
            _(
                "“{alias}:{kind}” is one name with its kind; the else part has spaces: "
                "“{alias} : {kind}”."
            ).format(alias=typed.alias, kind=typed.kind)
            if typed
            else _("Add “: action”, or write “->” instead of “?”.")
        )
        self.tokens.report("no_else", _("The else part of “?” is missing."), hint)

    def _finish(self, about_colon: str) -> None:
        here = self.tokens.here
        if here.sign is Sign.END:
            return
        hint = about_colon if here.sign is Sign.COLON else _("A template is one rule.")
        span = Span(here.span.start, self.tokens.last_end)
        self.tokens.report("leftover", _("The template ended before this."), hint, span)

    # Conditions

    def _condition(self) -> Expression:
        tree = self._or()
        while self.tokens.here.sign in {Sign.CLOSE, Sign.COLON}:
            if self.tokens.here.sign is Sign.CLOSE:
                self.tokens.report("unopened", _("This parenthesis was never opened."))
            else:
                self.tokens.report("stray_colon", _("A colon cannot stand here."), _(_KINDS))
            self.tokens.advance()
            if self.tokens.here.sign in (*_JOINS, *_BEGINS):
                self.tokens.take(*_JOINS)
                rest = self._or()
                tree = And((tree, rest), _over(tree, rest))
        return tree

    def _or(self) -> Expression:
        operands = [self._and()]
        while self._joined_by(Sign.OR):
            operands.append(self._and())
        if len(operands) == 1:
            return operands[0]
        flat = [
            deep for each in operands for deep in (each.children if type(each) is Or else [each])
        ]
        return Or(tuple(flat), _over(operands[0], operands[-1]))

    def _and(self) -> Expression:
        operands = [self._unary()]
        while self._joined_by(Sign.AND) or self._joined_by_nothing():
            operands.append(self._unary())
        if len(operands) == 1:
            return operands[0]
        flat = [
            deep for each in operands for deep in (each.children if type(each) is And else [each])
        ]
        return And(tuple(flat), _over(operands[0], operands[-1]))

    def _joined_by(self, sign: Sign) -> bool:
        here = self.tokens.here
        if self._word(here) is sign:
            self.tokens.report(
                "word_sign",
                _("“{word}” is a name here.").format(word=here.value),
                _("Write {sign} instead.").format(sign=sign.value),
            )
            self.tokens.advance()
            return True
        return self.tokens.take(sign) is not None

    def _joined_by_nothing(self) -> bool:
        if self.tokens.here.sign not in _BEGINS or self._word(self.tokens.here) is Sign.OR:
            return False
        self.tokens.report(
            "no_join",
            _("&& or || is missing before this."),
            _("Several words for one name need quotes."),
        )
        return True

    @staticmethod
    def _word(token: Token) -> Sign | None:
        return None if token.quoted or token.kind else _WORDS.get(token.value.lower())

    def _unary(self) -> Expression:
        start, turns = self.tokens.here.span.start, 0
        while self._negated():
            turns += 1
        self._depth += turns
        tree = self._operand()
        self._depth -= turns
        for _turn in range(min(turns, DEEPEST)):
            tree = Not(tree, Span(start, max(tree.span.end, start)))
        return tree

    def _negated(self) -> bool:
        here, behind = self.tokens.here, self.tokens.behind
        if self._word(here) is Sign.NOT and behind.sign in _BEGINS and not self._word(behind):
            self.tokens.report(
                "word_sign",
                _("“{word}” is a name here.").format(word=here.value),
                _("Write ! instead."),
            )
            self.tokens.advance()
            return True
        return self.tokens.take(Sign.NOT) is not None

    def _operand(self) -> Expression:
        here = self.tokens.here
        if self._depth > DEEPEST:
            message = _("Parentheses and ! are nested deeper than {most}.").format(most=DEEPEST)
            self.tokens.report("too_deep", message, _("Use sub-rules."))
            self._lost = True
            self.tokens.skip_to(Sign.ARROW, Sign.QUESTION)
            return Leaf("", span=here.span)
        if self.tokens.take(Sign.OPEN):
            return self._parenthesised(here)
        if self.tokens.take(Sign.NAME):
            return self._leaf(here)
        message = _("A condition is missing.")
        if here.sign is not Sign.END:
            message = _("A condition is missing before “{sign}”.").format(sign=here.sign.value)
        self.tokens.report("no_condition", message)
        return Leaf("", span=Span(here.span.start, here.span.start))

    def _parenthesised(self, opening: Token) -> Expression:
        closing = self.tokens.take(Sign.CLOSE)
        if closing:
            span = Span(opening.span.start, closing.span.end)
            self.tokens.report("no_condition", _("Nothing stands between these."), "", span)
            return Leaf("", span=span)
        self._depth += 1
        tree = self._or()
        self._depth -= 1
        if not self.tokens.take(Sign.CLOSE) and not self._lost:
            self.tokens.report(
                "unclosed", _("This parenthesis is never closed."), _("Add “)”."), opening.span
            )
        return tree

    def _leaf(self, name: Token) -> Leaf:
        if self.tokens.here.sign is Sign.COLON and self.tokens.behind.sign is Sign.NAME:
            self.tokens.report(
                "spaced_colon", _("No space may stand around this colon."), _(_KINDS)
            )
            self.tokens.advance()
            kind = self.tokens.here
            self.tokens.advance()
            return Leaf(name.value, kind.value, Span(name.span.start, kind.span.end))
        return Leaf(name.value, name.kind, name.span)

    # Actions

    def _actions(self) -> tuple[ActionRef, ...]:
        found = [self._action()]
        while self._another_action():
            found.append(self._action())
        return tuple(each for each in found if each.alias)

    def _another_action(self) -> bool:
        here = self.tokens.here
        if self.tokens.take(Sign.AND):
            return True
        if here.sign is Sign.OR or self._word(here) in _JOINS:
            self.tokens.report("bad_join", _("Actions are joined by && only."))
            self.tokens.advance()
            return True
        if here.sign is Sign.NAME:
            self.tokens.report("no_join", _("&& is missing before this."))
            return True
        if here.sign in {Sign.OPEN, Sign.CLOSE, Sign.NOT}:
            self._refuse_sign()
            return self.tokens.here.sign is Sign.NAME
        return False

    def _action(self) -> ActionRef:
        while self.tokens.here.sign in {Sign.OPEN, Sign.CLOSE, Sign.NOT}:
            self._refuse_sign()
        here = self.tokens.here
        if self.tokens.take(Sign.NAME):
            return ActionRef(here.value, here.kind, here.span)
        message = _("An action is missing.")
        if here.sign is not Sign.END:
            message = _("An action is missing before “{sign}”.").format(sign=here.sign.value)
        self.tokens.report("no_action", message)
        return ActionRef("", span=here.span)

    def _refuse_sign(self) -> None:
        sign = self.tokens.here.sign.value
        self.tokens.report(
            "bad_sign",
            _("“{sign}” cannot stand among actions.").format(sign=sign),
            _("They are joined by && only."),
        )
        self.tokens.advance()


_KINDS = N_("“name:kind” is written without spaces.")


def _over(first: Expression, last: Expression) -> Span:
    return Span(first.span.start, max(last.span.end, first.span.start))
