"""Which message's coupon an order redeemed: pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from postlude.reports.notices.counting import Place


@dataclass(frozen=True, slots=True)
class Redemption:
    """A closed order that named a code; `contact` is None where nobody knows who ordered.

    Its day is that of its closing; `branch` where it was made, by its slug.
    """

    order: str
    contact: int | None
    code: str
    opened_at: datetime
    day: date
    branch: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A message that named a code; `contact` speaks for whom it was written to.

    What is ordered `within` that time of it may be of it.
    """

    message: int
    contact: int
    code: str
    place: Place
    sent_at: datetime
    within: timedelta


def assign(
    redemptions: Iterable[Redemption], told: Iterable[Told]
) -> Mapping[Redemption, Told | None]:
    """Return the message that told of each redemption's code: the newest before the order was
    opened, within the message's time. None: it was redeemed without being told.
    """
    known: defaultdict[tuple[int, str], list[Told]] = defaultdict(list)
    for each in sorted(told, key=lambda it: (it.sent_at, it.message)):
        known[each.contact, each.code].append(each)
    return {each: _newest(each, known) for each in redemptions}


def _newest(it: Redemption, known: Mapping[tuple[int, str], list[Told]]) -> Told | None:
    if it.contact is None:
        return None
    able = [
        each
        for each in known.get((it.contact, it.code), ())
        if each.sent_at < it.opened_at <= each.sent_at + each.within
    ]
    return able[-1] if able else None
