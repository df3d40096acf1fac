"""What can be said of a template from its text alone. Pure."""

from collections.abc import Iterable, Iterator, Sequence

from django.utils.translation import gettext as _

from postlude.kernel.errors import N_
from postlude.rules.language.spans import Problem, Severity
from postlude.rules.language.tree import ActionRef, Leaf, Template
from postlude.rules.language.truth import possible
from postlude.rules.language.walking import actions, leaves

Reference = Leaf | ActionRef
_SAME_CONDITION = N_(
    "“{alias}” stands here again: it is the same condition, with the same parameters."
)
_SAME_ACTION = N_("“{alias}” stands here again: it is the same action, with the same parameters.")


def analyse(template: Template) -> tuple[Problem, ...]:
    """Return errors and warnings: kinds that contradict, repeated names, conditions that cannot be.

    A name that stands twice is one condition with one set of parameters; that is a warning, since
    two conditions of one kind need two aliases.
    """
    conditions = [leaf for leaf in leaves(template.condition) if leaf.alias]
    found = [
        *_two_kinds(conditions),
        *_two_kinds(list(actions(template))),
        *_repeated(conditions, _(_SAME_CONDITION)),
        *_repeated(template.then, _(_SAME_ACTION)),
        *_repeated(template.otherwise or (), _(_SAME_ACTION)),
    ]
    if len(conditions) == sum(1 for _ in leaves(template.condition)):
        found += _constant(template)
    return tuple(found)


def kinds_in_text(references: Iterable[Reference]) -> dict[str, str]:
    """Return the kind that the text gives to each alias: the first that is named, or ""."""
    found: dict[str, str] = {}
    for each in references:
        found[each.alias] = found.get(each.alias) or each.kind
    return found


def _two_kinds(references: Sequence[Reference]) -> Iterator[Problem]:
    kinds = kinds_in_text(references)
    for each in references:
        if each.kind and each.kind != kinds[each.alias]:
            yield Problem(
                "two_kinds",
                _("“{alias}” is of the kind “{kind}” and of “{other}”.").format(
                    alias=each.alias, kind=kinds[each.alias], other=each.kind
                ),
                _("Give one of them another name."),
                each.span,
            )


def _repeated(references: Sequence[Reference], again: str) -> Iterator[Problem]:
    seen: set[str] = set()
    for each in references:
        if each.alias in seen:
            yield Problem(
                "repeated_name",
                again.format(alias=each.alias),
                _("If another is meant, give it an alias: {alias}_2:{kind}").format(
                    alias=each.alias, kind=each.kind or each.alias
                ),
                each.span,
                severity=Severity.WARNING,
            )
        seen.add(each.alias)


def _constant(template: Template) -> Iterator[Problem]:
    can_be = possible(template.condition)
    if can_be is None or (can_be.true and can_be.false):
        return
    if can_be.false:
        code, message = "never_true", _("This can never be true.")
        hint = _("What follows “?” or “->” is never done.")
    else:
        code, message = "never_false", _("This can never be false.")
        hint = _("It is true, or unknown where facts are missing.")
    yield Problem(code, message, hint, template.condition.span, severity=Severity.WARNING)
