"""Facts as people read them; personal ones only to those who may."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from postlude.kernel.errors import N_
from postlude.kernel.money import Money
from postlude.rules import vocabulary
from postlude.rules.facts import EPOCH, Fact, Type, Value, date_of
from postlude.rules.kinds import Binding

HIDDEN = "•••"
UNKNOWN = N_("unknown")
_MOST = 10
Known = Callable[[str], Fact | None]


@dataclass(frozen=True, slots=True)
class Shown:
    """A fact that a leaf looked at. `text` is HIDDEN when the reader may not see it."""

    fact: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads an explanation. A fact that nobody describes may be anything, so it is personal."""

    may_see_personal: bool = False
    known: Known = vocabulary.fact

    def may_see(self, name: str) -> bool:
        """Return whether a fact may be shown to this reader."""
        fact = self.known(name)
        return self.may_see_personal or (fact is not None and not fact.personal)

    def shown(self, name: str, value: Value, binding: Binding) -> Shown:
        """Return a fact as this reader may see it."""
        fact = self.known(name)
        title = _(fact.title) if fact else name
        if value is not None and not self.may_see(name):
            return Shown(name, title, HIDDEN)
        return Shown(name, title, text_of(value, fact, binding))


def text_of(value: Value, fact: Fact | None, binding: Binding) -> str:
    """Return a value in words of its type: money with its currency, moments on local clocks."""
    if value is None:
        return _(UNKNOWN)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, frozenset):
        names = sorted(value)
        more = f", … (+{len(names) - _MOST})" if len(names) > _MOST else ""
        return (", ".join(names[:_MOST]) + more) or _("nothing")
    if isinstance(value, int) and fact is not None:
        return _number(value, fact.type, binding)
    return str(value)


def _number(value: int, of: Type, binding: Binding) -> str:
    try:
        match of:
            case Type.MONEY:
                return str(Money(value, binding.currency))
            case Type.INSTANT:
                moment = EPOCH + timedelta(microseconds=value)
                return moment.astimezone(ZoneInfo(binding.zone)).isoformat(" ", "seconds")
            case Type.DAY:
                return date_of(value).isoformat()
            case _:
                return str(value)
    except (OverflowError, ValueError):  # before the year 1 or after 9999
        return str(value)
