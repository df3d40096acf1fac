"""The nearest miss: what would have to be different for a rule to hold, in numbers if there are.

"Spend 12.00 TWD more", "2 more orders", "3 days from now".
"""

from dataclasses import dataclass
from datetime import timedelta
from functools import reduce

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from postlude.kernel.money import Money
from postlude.rules.compiling.reading import facts_read
from postlude.rules.compiling.verdicts import verdict
from postlude.rules.explaining import waiting
from postlude.rules.explaining.examining import Examined, Placed
from postlude.rules.explaining.flipping import fewest
from postlude.rules.explaining.gaps import Gap, Turn, gaps
from postlude.rules.explaining.showing import Reader
from postlude.rules.explaining.verdicts import Peeks, verdicts
from postlude.rules.facts import NOW, Context, Type
from postlude.rules.kinds import Binding
from postlude.rules.predicates import Constant

# What a buyer can do comes before what he is, and what is sold out or fixed comes last.
_A_NUMBER, _A_TIME, _A_FACT, _A_CLAIM, _FIXED = 1, 2, 4, 1_000, 1_000_000


@dataclass(frozen=True, slots=True)
class Flip:
    """A leaf that has to turn to `wanted`. `gaps` are empty when no number says how.

    `words` say it for people: the gap, or what the leaf expects.
    """

    key: str
    wanted: bool
    words: str
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class Miss:
    """The fewest leaves that would have to turn, from left to right; of a rule that holds none."""

    flips: tuple[Flip, ...]


def nearest_miss(
    examined: Examined,
    context: Context,
    peeks: Peeks | None = None,
    *,
    reader: Reader | None = None,
) -> Miss | None:
    """Return what is missing for the condition to hold; None if it can never hold.

    With these leaves turned (and nothing else), it is true. Gaps in facts that the reader may not
    see are not told: they would give the fact away.
    """
    complete = examined.complete(context)
    values = verdicts(examined, context, peeks or {}).values
    finder = _Finder(complete, reader or Reader())
    found = {
        (key, wanted): finder.gaps(placed, wanted=wanted)
        for key, placed in examined.leaves.items()
        for wanted in (True, False)
        if values[key] is not wanted
    }
    efforts = {
        key: min(_effort(placed, found.get((key, wanted), ())) for wanted in (True, False))
        for key, placed in examined.leaves.items()
    }
    flips = fewest(examined.tree, values, efforts)
    if flips is None:
        return None
    return Miss(
        tuple(
            finder.flip(examined.leaves[key], found[key, wanted], wanted=wanted)
            for key, wanted in flips.items()
        )
    )


def _effort(placed: Placed, found: tuple[Gap, ...]) -> int:
    if placed.claim is not None:
        return _A_CLAIM
    if isinstance(placed.predicate, Constant):
        return _FIXED
    if not found:
        return _A_FACT
    return _A_TIME if any(each.turn is Turn.LATER for each in found) else _A_NUMBER


def _and(one: str, other: str) -> str:
    return _("{one} and {other}").format(one=one, other=other)


class _Finder:
    def __init__(self, context: Context, reader: Reader) -> None:
        self._context = context
        self._reader = reader

    def gaps(self, placed: Placed, *, wanted: bool) -> tuple[Gap, ...]:
        """Return the numbers that turn a leaf, made sure of by trying them."""
        reads = facts_read(placed.predicate)
        if not all(map(self._reader.may_see, reads)):
            return ()
        found = gaps(placed.predicate, self._context, wanted=wanted)
        if found and verdict(placed.predicate)(_changed(self._context, found)) is wanted:
            return found
        if NOW not in {name.partition(".")[0] for name in reads}:
            return ()
        later = waiting.wait(placed.predicate, self._context, wanted=wanted)
        return () if later is None else (Gap(NOW, Turn.LATER, later),)

    def flip(self, placed: Placed, found: tuple[Gap, ...], *, wanted: bool) -> Flip:
        binding = placed.home.binding
        if found:
            words = reduce(_and, (self._words(each, binding) for each in found))
        else:
            words = placed.leaf.kind.words(placed.leaf.params, binding)
            words = words if wanted else _("not: {condition}").format(condition=words)
        return Flip(placed.key, wanted, words, found)

    def _words(self, gap: Gap, binding: Binding) -> str:
        if gap.turn is Turn.LATER:
            return _("{span} from now").format(span=waiting.in_words(gap.amount))
        fact = self._reader.known(gap.fact)
        money = fact is not None and fact.type is Type.MONEY
        number = str(Money(gap.amount, binding.currency)) if money else str(gap.amount)
        if fact is not None and fact.type is Type.INSTANT:
            number = str(timedelta(microseconds=gap.amount))
        if fact is not None and gap.turn is Turn.MORE and fact.more[0]:
            return ngettext(*fact.more, gap.amount).format(n=number)
        frame = _("{what}: {n} more") if gap.turn is Turn.MORE else _("{what}: {n} less")
        return frame.format(what=_(fact.title) if fact else gap.fact, n=number)


def _changed(context: Context, found: tuple[Gap, ...]) -> Context:
    changed = dict(context)
    for gap in found:
        value = context[gap.fact]
        step = -gap.amount if gap.turn is Turn.LESS else gap.amount
        changed[gap.fact] = (value if isinstance(value, int) else 0) + step
    return changed
