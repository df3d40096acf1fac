"""The member has some of these tags, all of those, none of the others."""

from typing import Self

from django.utils.translation import gettext as _
from pydantic import model_validator

from postlude.kernel.errors import N_
from postlude.rules.kinds import Binding, ConditionKind, Params
from postlude.rules.parameters import Texts, listed
from postlude.rules.predicates import AllOf, Meets, Negated, Predicate

_TAGS = "member.tags"


class Tags(Params):
    any_of: Texts | None = None
    """At least one of these."""
    all_of: Texts | None = None
    """Every one of these."""
    none_of: Texts | None = None
    """Not one of these."""

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not (self.any_of or self.all_of or self.none_of):
            raise ValueError(_("give any_of, all_of or none_of"))
        return self


def predicate(params: Tags, _binding: Binding) -> Predicate:
    parts: list[Predicate] = [Meets(_TAGS, frozenset({each})) for each in params.all_of or ()]
    if params.any_of:
        parts.append(Meets(_TAGS, frozenset(params.any_of)))
    if params.none_of:
        parts.append(Negated(Meets(_TAGS, frozenset(params.none_of))))
    return parts[0] if len(parts) == 1 else AllOf(tuple(parts))


def words(params: Tags, _binding: Binding) -> str:
    parts = (
        (_("has one of the tags {names}"), params.any_of),
        (_("has the tags {names}"), params.all_of),
        (_("has none of the tags {names}"), params.none_of),
    )
    return ", ".join(text.format(names=listed(names)) for text, names in parts if names)


KIND = ConditionKind(
    name="tags",
    title=N_("Tags"),
    params=Tags,
    predicate=predicate,
    words=words,
    cost=2,
    aliases=("会员标签", "метки"),
    unknown=N_("nobody is known"),
    examples=({"any_of": ["vip"]}, {"all_of": ["vip", "press"], "none_of": ["staff"]}),
)
