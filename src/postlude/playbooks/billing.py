"""What the messages of a notice come to by the fees: of one run, and of about a day."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from postlude.journeys import api as journeys
from postlude.messages import api as messages
from postlude.messages.types import LocaleText
from postlude.orgs.types import Fees

Texts = Callable[[str], Mapping[str, LocaleText]]


@dataclass(frozen=True, slots=True)
class Bill:
    """`cost` is in minor units of `currency`, None where no fee is set for what it is sent by.

    Of several actions by turns it is their mean, and of several languages the organisation's own:
    an estimate. `segments` is 0 where they are not counted.
    """

    messages: float
    segments: float
    cost: int | None
    currency: str


@dataclass(frozen=True, slots=True)
class Prices:
    """By what a version's messages are counted: its texts by language, its senders' channels."""

    texts: Texts
    channels: Mapping[str, str]
    fees: Fees
    locale: str
    currency: str


def bills(
    notice: journeys.Recurring, reach: journeys.Reach, prices: Prices
) -> tuple[Bill, Bill] | None:
    """Return what a run now would come to, and a day; None where a text or sender is not known."""
    tolls = {each.name: _mean(each, prices) for each in notice.selections}
    if any(each is None for each in tolls.values()):
        return None
    known = {name: each for name, each in tolls.items() if each is not None}
    run = [(known[name], float(count)) for name, count in reach.by_selection.items()]
    parts = reach.written or len(run)
    day = [
        (toll, reach.a_day * (count if reach.written else 1) / (parts or 1)) for toll, count in run
    ]
    return _sum(run, prices.currency), _sum(day, prices.currency)


_Toll = tuple[float, float | None]  # segments and minor units of one message


def _mean(selection: journeys.Selection, prices: Prices) -> _Toll | None:
    found: list[messages.Toll] = []
    for way in selection.ways:
        text, channel = _text(way.send.template, prices), prices.channels.get(way.send.sender)
        if text is None or channel is None:
            return None
        found.append(messages.toll(text, channel, prices.fees))
    segments = sum(each.segments for each in found) / len(found)
    costs = [each.cost for each in found if each.cost is not None]
    return segments, (sum(costs) / len(costs) if len(costs) == len(found) else None)


def _text(template: str, prices: Prices) -> LocaleText | None:
    known = prices.texts(template)
    return known.get(prices.locale) or next(iter(known.values()), None)


def _sum(parts: list[tuple[_Toll, float]], currency: str) -> Bill:
    costs = [cost * count for (_, cost), count in parts if cost is not None]
    return Bill(
        messages=sum(count for _, count in parts),
        segments=sum(segments * count for (segments, _), count in parts),
        cost=round(sum(costs)) if len(costs) == len(parts) else None,
        currency=currency,
    )
