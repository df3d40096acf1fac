"""What no other kind says, written in CEL (Common Expression Language).

For engineers, and for one contact at a time: it has no SQL, so no audience can be chosen by it, and
costs some hundred comparisons. It needs the extra `cel`; a rule with it is refused without.
"""

from collections.abc import Sequence
from typing import Annotated

from django.utils.translation import gettext as _
from pydantic import AfterValidator, StringConstraints

from postlude.kernel.errors import N_
from postlude.rules.conditions.order_count import MaxAge
from postlude.rules.expressions import programs, scanning
from postlude.rules.expressions.judging import computed
from postlude.rules.kinds import Binding, ConditionKind, Params
from postlude.rules.language.spans import Problem
from postlude.rules.parameters import Text, storable
from postlude.rules.predicates import Predicate

LONGEST = 1_000  # characters
Code = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST), AfterValidator(storable)]


class Expr(Params):
    text: Code
    """A CEL expression over the facts, true or false."""
    words: Text | None = None
    """What it asks for, as people read it; without it they read the expression."""
    max_age: MaxAge = 300
    """Seconds for which a count that the asker gives is good; an older one is unknown."""


def predicate(params: Expr, binding: Binding) -> Predicate:
    return computed(params.text, binding.zone, params.max_age)


def words(params: Expr, _binding: Binding) -> str:
    return params.words or _("satisfies {expression}").format(
        expression=" ".join(params.text.split())
    )


def check(params: Expr, binding: Binding) -> Sequence[Problem]:
    """Raises ExtraMissing."""
    programs.cel()
    kept_out = tuple(scanning.refused(params.text, binding.zone))
    if kept_out:
        return tuple(_in_text(each) for each in kept_out)
    try:
        programs.compiled(params.text, binding.zone)
    except programs.Wrong as wrong:
        return tuple(_in_text(each.problem(params.text)) for each in wrong.mistakes)
    return ()


def _in_text(problem: Problem) -> Problem:
    return Problem(
        problem.code, problem.message, problem.hint, pointer="/text", within=problem.within
    )


KIND = ConditionKind(
    name="expr",
    title=N_("Expression"),
    params=Expr,
    predicate=predicate,
    words=words,
    check=check,
    cost=500,
    aliases=("表达式", "выражение"),
    unknown=N_("it cannot do without a fact that is not known, or CEL comes to an error"),
    examples=(
        {"text": "amount >= 10000 && now.weekday in [5, 6]"},
        {
            "text": 'member.tags.exists(tag, tag.startsWith("press-")) || member.level == "gold"',
            "words": "is press or gold",
        },
        {"text": 'now - member.last_order > duration("720h")'},
    ),
)
