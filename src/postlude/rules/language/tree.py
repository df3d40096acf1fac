"""What a template says, as a tree. Spans take no part in equality: two spellings are one tree."""

from dataclasses import dataclass, field

from postlude.rules.language.spans import Span

NOWHERE = Span(0, 0)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A condition by its alias; `kind` when the text names it (`alias:kind`), else "".

    Without a kind the business binds the alias, or the alias is itself a kind's name.
    """

    alias: str
    kind: str = ""
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    child: "Expression"
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class And:
    children: tuple["Expression", ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Or:
    children: tuple["Expression", ...]
    span: Span = field(default=NOWHERE, compare=False)


Expression = Leaf | Not | And | Or


@dataclass(frozen=True, slots=True)
class ActionRef:
    """An action by its alias, with its kind when the text names it."""

    alias: str
    kind: str = ""
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Template:
    """`condition -> then` (`otherwise` is None), or `condition ? then : otherwise`."""

    condition: Expression
    then: tuple[ActionRef, ...]
    otherwise: tuple[ActionRef, ...] | None = None
