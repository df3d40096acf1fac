"""What a notice on a timetable is made of. A version of one is never changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any, Literal

from postlude.journeys.letters.types import Letter


class Every(StrEnum):
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Timetable:
    """When it runs, on the organisation's clocks.

    Hourly from `at` to `until`, both included; daily at `at`; monthly on `day` (1 to 28) at `at`.
    """

    every: Every
    at: time
    until: time | None = None
    day: int = 1


class OncePer(StrEnum):
    """How often one person is served at most; `marks` of each are in `periods`."""

    ORDER = "order"
    MONTH = "month"
    BIRTHDAY = "birthday"
    INACTIVITY = "inactivity"
    EVER = "ever"


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition in the rules' language, with the parameters of its names."""

    text: str
    where: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ClosedOrders:
    """Each closed order of these sources (none: all) and this kind, closed `within` before a run.

    Orders closed before the notice was first published are never among them.
    """

    kind: str = "delivery"
    sources: tuple[str, ...] = ()
    within: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Points:
    """Points with a reason, kept word for word; `expires` None: they stay."""

    amount: int
    reason: str
    expires: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """One of the actions that come by turns: points, if any, and a text, in one commit.

    For whom `when` does not hold, `otherwise` is done instead, which is that person's turn.
    `coupon`: the code that the text names, so that its redemptions are counted beside reactions.
    """

    name: str
    send: Letter
    give: Points | None = None
    when: Condition | None = None
    otherwise: str = ""
    coupon: str = ""


@dataclass(frozen=True, slots=True)
class Selection:
    """Some people, and what is done for each: filter, then the ways by turns, then the end.

    They are whom `who` holds for, or whose orders `orders` names. `only` is looked at again for
    each person when it is their turn; whoever it does not hold for is stopped, visibly.
    """

    name: str
    ways: tuple[Way, ...]
    who: Condition | None = None
    orders: ClosedOrders | None = None
    only: Condition | None = None


@dataclass(frozen=True, slots=True)
class Awaited:
    """What a reaction to a notice is: points of this reason, or else the first order that closes.

    It is after the message and `within`. Of an order its opening is held against that, and it
    closes as long after at the latest; `by: closing`: its closing alone.
    """

    within: timedelta
    points: str = ""
    by: Literal["opening", "closing"] = "opening"


@dataclass(frozen=True, slots=True)
class Recurring:
    """A notice as a playbook says it. Its selections share one mark, `once_per`.

    `remind_again`: each selection has a mark of its own. `skip_if_sent_last_month`: never in two
    months running. `hold_out`: how many of 1,000 people are never written to, always the same.
    `reaction` None: as is known of notices by this name, else none is measured.
    """

    slug: str
    timetable: Timetable
    selections: tuple[Selection, ...]
    once_per: OncePer
    title: str = ""
    folder: str = ""
    active: bool = True
    remind_again: bool = False
    skip_if_sent_last_month: bool = False
    hold_out: int = 0
    reaction: Awaited | None = None


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong, and where: steps from the notice's own part of the playbook."""

    place: tuple[str | int, ...]
    words: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Due:
    """One run: it begins at `at` or later, never at `until`; `scope` makes it one for ever."""

    scope: str
    at: datetime
    until: datetime
