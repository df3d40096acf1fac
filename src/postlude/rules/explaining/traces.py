"""An explanation on one of three levels: none, the first failing leaf, or everything. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from postlude.rules.compiling.reading import facts_read
from postlude.rules.explaining.examining import Examined, Placed, escaped
from postlude.rules.explaining.outcomes import Outcome, outcome
from postlude.rules.explaining.showing import Reader, Shown
from postlude.rules.explaining.verdicts import UNSEEN, Peeks, Values, folded, verdicts
from postlude.rules.facts import Context
from postlude.rules.language.spans import Span
from postlude.rules.language.tree import And, Expression, Leaf, Not, Or
from postlude.rules.rule import Rule, SubRule


class Level(StrEnum):
    NONE = "none"
    FIRST = "first"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class LeafTrace:
    """What one leaf said. `code` is `kind.met`, `.not_met`, `.unknown`, or `kind.refused:detail`.

    `expected` is what the parameters ask for, `actual` what the facts were; `span` lies in the text
    of the rule that the leaf is written in.
    """

    key: str
    alias: str
    kind: str
    verdict: bool | None
    code: str
    expected: str
    actual: tuple[Shown, ...]
    span: Span
    claim: bool


class Join(StrEnum):
    AND = "and"
    OR = "or"
    NOT = "not"
    RULE = "rule"


@dataclass(frozen=True, slots=True)
class Group:
    """`and`, `or`, `not`, or a rule: the outermost, and each sub-rule under its alias as `name`.

    Of a rule `source` is the text in which the spans below it lie.
    """

    join: Join
    verdict: bool | None
    parts: tuple["Trace", ...]
    span: Span
    name: str = ""
    source: str = ""


Trace = LeafTrace | Group


@dataclass(frozen=True, slots=True)
class Explanation:
    """`verdict` is the condition's; `first` is there on the level FIRST and `trace` on FULL."""

    verdict: bool | None
    outcome: Outcome
    first: LeafTrace | None = None
    trace: Group | None = None


def explain(
    examined: Examined,
    context: Context,
    peeks: Peeks | None = None,
    *,
    level: Level = Level.FULL,
    reader: Reader | None = None,
) -> Explanation:
    """Return what a rule says of a context, and why; it reads the context and changes nothing."""
    seen = peeks or {}
    said = verdicts(examined, context, seen)
    verdict, follows = folded(examined.tree, said.values), outcome(examined, said, seen)
    writer = _Writer(examined, said.values, examined.complete(context), seen, reader or Reader())
    match level:
        case Level.NONE:
            return Explanation(verdict, follows)
        case Level.FIRST:
            guilty = next((key for key in follows.because if key in examined.leaves), None)
            return Explanation(verdict, follows, first=(guilty and writer.leaf(guilty)) or None)
        case Level.FULL:
            return Explanation(verdict, follows, trace=writer.rule(examined.rule, "", Span(0, 0)))


class _Writer:
    def __init__(
        self, examined: Examined, values: Values, context: Context, peeks: Peeks, reader: Reader
    ) -> None:
        self._examined = examined
        self._values = values
        self._context = context
        self._peeks = peeks
        self._reader = reader

    def leaf(self, key: str) -> LeafTrace:
        placed = self._examined.leaves[key]
        kind = placed.leaf.kind
        return LeafTrace(
            key=key,
            alias=placed.leaf.alias,
            kind=kind.name,
            verdict=self._values[key],
            code=f"{kind.name}.{self._code(placed)}",
            expected=kind.words(placed.leaf.params, placed.home.binding),
            actual=self._actual(placed),
            span=placed.span,
            claim=placed.claim is not None,
        )

    def _code(self, placed: Placed) -> str:
        verdict = self._values[placed.key]
        peek = self._peeks.get(placed.key, UNSEEN)
        if placed.claim is not None and verdict is not True and peek.granted is not True:
            said = "refused" if peek.granted is False else "unknown"
            return f"{said}:{peek.detail}" if peek.detail else said
        return {True: "met", False: "not_met", None: "unknown"}[verdict]

    def _actual(self, placed: Placed) -> tuple[Shown, ...]:
        names = sorted(facts_read(placed.predicate))
        binding = placed.home.binding
        return tuple(self._reader.shown(name, self._context[name], binding) for name in names)

    def rule(self, rule: Rule, prefix: str, span: Span, name: str = "") -> Group:
        """Trace a rule whose leaves have keys that begin with `prefix`."""
        part = self._tree(rule.template.condition, rule, prefix)
        return Group(Join.RULE, part.verdict, (part,), span, name or rule.key, rule.source)

    def _tree(self, tree: Expression, home: Rule, prefix: str) -> Trace:
        match tree:
            case Leaf(alias):
                key, meaning = prefix + escaped(alias), home.leaves[alias]
                if isinstance(meaning, SubRule):
                    return self.rule(meaning.rule, f"{key}/", tree.span, alias)
                return self.leaf(key)
            case Not(child):
                part = self._tree(child, home, prefix)
                verdict = None if part.verdict is None else not part.verdict
                return Group(Join.NOT, verdict, (part,), tree.span)
            case And(children) | Or(children):
                parts = tuple(self._tree(child, home, prefix) for child in children)
                join = Join.AND if isinstance(tree, And) else Join.OR
                return Group(join, _joined(join, parts), parts, tree.span)


def _joined(join: Join, parts: tuple[Trace, ...]) -> bool | None:
    found = {part.verdict for part in parts}
    strong = join is Join.OR
    return strong if strong in found else None if None in found else not strong
