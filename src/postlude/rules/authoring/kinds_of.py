"""Which kind a name in a template means."""

from collections.abc import Mapping
from typing import TypeVar

from django.utils.translation import gettext as _

from postlude.kernel.errors import N_
from postlude.rules.authoring.shapes import Definition
from postlude.rules.authoring.sources import pointer
from postlude.rules.language.spans import Problem
from postlude.rules.language.suggesting import did_you_mean
from postlude.rules.language.tree import ActionRef, Leaf

K = TypeVar("K")
_ABSENT = {
    "condition": N_("There is no kind of condition “{name}”."),
    "action": N_("There is no kind of action “{name}”."),
}


def kind_of(
    reference: Leaf | ActionRef,
    definition: Definition,
    kinds: Mapping[str, K],
    names: Mapping[str, str],
) -> K | Problem:
    """Return the kind: that of the definition, of the text, or the alias itself; or a problem."""
    place, what = (
        ("conditions", "condition") if isinstance(reference, Leaf) else ("actions", "action")
    )
    where = pointer(place, reference.alias, "kind") if definition.kind else ""
    if definition.kind and reference.kind and definition.kind != reference.kind:
        return Problem(
            "two_kinds",
            _(
                "“{alias}” is of the kind “{kind}” in the template and of “{other}” below it."
            ).format(alias=reference.alias, kind=reference.kind, other=definition.kind),
            _("Say it in one place."),
            reference.span,
            where,
        )
    wanted = definition.kind or reference.kind or reference.alias
    kind = kinds.get(wanted) or kinds.get(names.get(wanted, ""))
    if kind is not None:
        return kind
    return Problem(
        f"unknown_{what}",
        _(_ABSENT[what]).format(name=wanted),
        did_you_mean(wanted, {*kinds, *names}),
        reference.span,
        where,
    )
