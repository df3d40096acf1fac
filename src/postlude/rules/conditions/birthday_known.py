"""Whether the member's birthday is known; `!birthday_known` is who has not said it yet."""

from django.utils.translation import gettext as _

from postlude.kernel.errors import N_
from postlude.rules.kinds import Binding, ConditionKind, Params
from postlude.rules.predicates import Is, Predicate


class BirthdayKnown(Params):
    """There is nothing to say."""


def predicate(_params: BirthdayKnown, _binding: Binding) -> Predicate:
    return Is("member.birthday_known")


def words(_params: BirthdayKnown, _binding: Binding) -> str:
    return _("birthday known")


KIND = ConditionKind(
    name="birthday_known",
    title=N_("Birthday known"),
    params=BirthdayKnown,
    predicate=predicate,
    words=words,
    aliases=("生日已知", "день рождения известен"),
    unknown=N_("nobody is known"),
    examples=({},),
)
