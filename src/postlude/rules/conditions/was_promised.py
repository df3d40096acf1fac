"""A notice was sent to the member lately: what its text promised holds for them."""

from typing import Annotated

from django.utils.translation import gettext as _
from pydantic import Field, StringConstraints

from postlude.kernel.errors import N_
from postlude.rules.kinds import Binding, ConditionKind, Params
from postlude.rules.predicates import Is, Predicate
from postlude.rules.vocabulary import PROMISED

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
_MOST_DAYS = 3_660


class WasPromised(Params):
    notice: Name
    """The name of a notice in the playbook."""
    way: Name | None = None
    """Only by this one of its actions; without it by any."""
    within_days: Annotated[int, Field(ge=1, le=_MOST_DAYS)] = 30
    """At most so many times 24 hours ago."""


def predicate(params: WasPromised, _binding: Binding) -> Predicate:
    return Is(f"{PROMISED}{params.within_days}:{params.notice}:{params.way or ''}")


def words(params: WasPromised, _binding: Binding) -> str:
    if params.way is None:
        return _("was sent “{notice}” in the last {days} days").format(
            notice=params.notice, days=params.within_days
        )
    return _("was sent “{way}” of “{notice}” in the last {days} days").format(
        notice=params.notice, way=params.way, days=params.within_days
    )


KIND = ConditionKind(
    name="was_promised",
    title=N_("Promised by a notice"),
    params=WasPromised,
    predicate=predicate,
    words=words,
    cost=4,
    aliases=("通知中承诺过", "обещано в оповещении"),
    unknown=N_("nobody is known"),
    examples=(
        {"notice": "birthday", "way": "discount", "within_days": 22},
        {"notice": "birthday"},
    ),
)
