"""How the money of an order is shared among the clicks before it, by five models. Pure.

FIRST and LAST give all to one click, LINEAR the same to each, POSITION 40 % to the first, 40 % to
the last and the rest to those between, DECAY to each as much less as it is older: half of it after
each half-life. Whatever the model, the shares sum to the amount: the units that are left over go
one each to where rounding down took most, of equals to the earlier click.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction

HALF_LIFE = timedelta(days=7)
_END = Fraction(2, 5)
_TWO = 2


class Model(StrEnum):
    FIRST = "first"
    LAST = "last"
    LINEAR = "linear"
    POSITION = "position"
    DECAY = "decay"


def weights(
    model: Model, clicks: Sequence[datetime], *, half_life: timedelta = HALF_LIFE
) -> list[Fraction]:
    """Return the part of each click, given from the first to the last; together they are 1."""
    if not clicks:
        return []
    if model is Model.DECAY:
        return _decay(clicks, half_life)
    return _WEIGHTS[model](len(clicks))


def share(amount: int, parts: Sequence[Fraction]) -> list[int]:
    """Part an amount of minor units; nothing is lost and nothing is made."""
    exact = [amount * part for part in parts]
    found = [int(each // 1) for each in exact]
    left = amount - sum(found) if parts else 0
    by_loss = sorted(range(len(parts)), key=lambda place: (found[place] - exact[place], place))
    for place in by_loss[:left]:
        found[place] += 1
    return found


def _first(count: int) -> list[Fraction]:
    return [Fraction(1), *[Fraction(0)] * (count - 1)]


def _last(count: int) -> list[Fraction]:
    return _first(count)[::-1]


def _linear(count: int) -> list[Fraction]:
    return [Fraction(1, count)] * count


def _position(count: int) -> list[Fraction]:
    if count <= _TWO:
        return _linear(count)
    return [_END, *[(1 - 2 * _END) / (count - 2)] * (count - 2), _END]


def _decay(clicks: Sequence[datetime], half_life: timedelta) -> list[Fraction]:
    newest = max(clicks)  # what counts is how much older each is than the last
    raw = [Fraction(2.0 ** -((newest - at) / half_life)) for at in clicks]
    return [each / sum(raw) for each in raw]


_WEIGHTS: Mapping[Model, Callable[[int], list[Fraction]]] = {
    Model.FIRST: _first,
    Model.LAST: _last,
    Model.LINEAR: _linear,
    Model.POSITION: _position,
}
