"""Did you mean …? The nearest of the names that are known. Pure."""

import unicodedata
from collections.abc import Iterable

from django.utils.translation import gettext as _

_SHARE = 3  # one letter in three may be wrong


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name nearest to `name`, or None when none is near.

    Near is at most one changed, missing, added or swapped letter in three (and always one), or to
    be the beginning of it. Capitals and full-width letters make no difference.
    """
    wanted = _folded(name)
    allowed = max(1, len(wanted) // _SHARE)
    graded = [(_grade(wanted, _folded(each), allowed), each) for each in known]
    best = min((each for each in graded if each[0] <= allowed), default=None)
    return best[1] if best else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a hint with the nearest name, or with what there is."""
    names = sorted(set(known))
    near = nearest(name, names)
    if near is not None:
        return _("Did you mean “{near}”?").format(near=near)
    shown = ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
    return _("Known here: {shown}.").format(shown=shown) if names else _("Nothing is known here.")


_SHOWN = 12


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def _grade(wanted: str, known: str, allowed: int) -> int:
    begins = len(wanted) > _SHARE and known.startswith(wanted)
    return min(distance(wanted, known), allowed if begins else allowed + 1)


def distance(one: str, other: str) -> int:
    """Return how many single changes or swaps of neighbours make `one` into `other`.

    The optimal string alignment distance (Damerau 1964, without touching a swapped pair again).
    """
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, start=1):
        current = [row]
        for column, against in enumerate(other, start=1):
            cost = min(
                last[column] + 1,
                current[-1] + 1,
                last[column - 1] + (letter != against),
            )
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == against:
                cost = min(cost, before[column - 2] + 1)
            current.append(cost)
        before, last = last, current
    return last[-1]
