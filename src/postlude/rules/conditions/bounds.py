"""Parameters that say "at least" and "at most": what both mean together, and in words."""

from typing import Self

from django.utils.translation import gettext as _
from pydantic import model_validator

from postlude.rules.kinds import Params
from postlude.rules.parameters import Count
from postlude.rules.predicates import Range


class Counted(Params):
    """Parameters of a kind that counts something."""

    min: Count | None = None
    """At least this many."""
    max: Count | None = None
    """At most this many."""

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        refuse_empty(self.min, self.max)
        return self


def closed(fact: str, least: int | None, most: int | None) -> Range:
    """Return `least <= fact <= most`; None leaves that side open."""
    return Range(fact, least, None if most is None else most + 1)


def in_words(least: object | None, most: object | None) -> str:
    """Return "at least 3", "at most 5", "3 to 5"."""
    if least is None:
        return _("at most {most}").format(most=most)
    if most is None:
        return _("at least {least}").format(least=least)
    return _("{least} to {most}").format(least=least, most=most)


def refuse_empty(least: int | None, most: int | None) -> None:
    """Raise ValueError where nothing is bounded, or nothing can be within."""
    if least is None and most is None:
        raise ValueError(_("give min, max or both"))
    if least is not None and most is not None and least > most:
        raise ValueError(_("min is more than max: nothing can be both"))
