"""The shape of notices on a timetable: when, to whom, how often at most, and what by turns.

Conditions are written as in rules: docs/reference/conditions.md lists them.
"""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field, WithJsonSchema

from postlude.playbooks.part import Part
from postlude.playbooks.promotions import Params
from postlude.playbooks.scalars import Length, Slug

Code = Annotated[str, Field(pattern=r"^(\S{1,40})?$", json_schema_extra={"examples": ["PRO10"]})]
# What it says is read with the rest of the notice: see `noticing`.
Every = Annotated[
    str,
    WithJsonSchema(
        {"type": "string", "format": "timetable", "examples": ["hourly 11:00 to 22:00"]}
    ),
]


class GivenPoints(Part):
    """Points that are given in the same commit that decides the text."""

    points: int = Field(ge=1, le=10**9)
    reason: str = Field(min_length=1, max_length=200)
    """Kept word for word with the points."""
    expires: Length | None = None
    """How long they live; whole days end at the same local time. None means for ever."""


class Letter(Part):
    """A text, and how it goes out."""

    by: str
    """The name of a sender."""
    using: str
    """The name of a template."""
    klass: Literal["marketing", "service", "transactional"] = Field(
        default="marketing", alias="class"
    )
    """`marketing` needs a yes and heeds caps and quiet hours, `service` a no and quiet hours."""
    within: Length = timedelta(days=1)
    """Later it would be of no use: it expires, and its points are taken back."""
    on_quiet: Literal["delay", "block"] = "delay"
    """What quiet hours do to it."""
    or_else: "Letter | None" = Field(default=None, alias="else")
    """Sent instead to whom this one cannot reach (no address, no consent, a cap of its channel), or
    when it has definitely not arrived; at most three follow the first. What nobody knows of is
    never sent again.
    """


class Where(Part):
    """A condition with the parameters of its names."""

    when: str
    where: dict[str, Params] = Field(default_factory=dict)
    names: dict[str, str] = Field(default_factory=dict)


class Way(Part):
    """One of the actions that come by turns."""

    name: Slug
    when: str = ""
    """Only for whom this holds; the others get what `otherwise` names, as their turn."""
    where: dict[str, Params] = Field(default_factory=dict)
    names: dict[str, str] = Field(default_factory=dict)
    otherwise: str = ""
    """The name of the way for the others; else the next one by turns."""
    coupon: Code = ""
    """The code that the text names; who redeems it is counted beside who reacts."""
    give: GivenPoints | None = None
    send: Letter


class ClosedOrders(Part):
    """Closed orders, each of them, of known people; never those closed before the notice was
    first applied.
    """

    kind: str = "delivery"
    sources: list[str] = Field(default_factory=list)
    """Where they were made, such as `Site`; none means everywhere."""
    within: Length = timedelta(hours=24)
    """How long before a run they may have been closed."""


class Selection(Part):
    """Some people, and what they get: one text (`send`), or several by turns (`rotate`)."""

    who: str = ""
    """A condition: everybody for whom it holds."""
    where: dict[str, Params] = Field(default_factory=dict)
    """The parameters of each condition, by its name."""
    names: dict[str, str] = Field(default_factory=dict)
    """Names of your own, and the kinds that they stand for."""
    orders: ClosedOrders | None = None
    """Orders, instead of people."""
    only: Where | None = None
    """Looked at again when it is a person's turn; others are counted as stopped."""
    coupon: Code = ""
    """The code that the text of `send` names; who redeems it is counted beside who reacts."""
    give: GivenPoints | None = None
    send: Letter | None = None
    rotate: list[Way] | None = Field(default=None, min_length=1)


class Reaction(Part):
    """What counts as an answer to the notice: an order, or points for an act."""

    order: Literal["closed"] | None = None
    """The first order that closes."""
    points: str = Field(default="", max_length=200)
    """The first points of this reason, compared letter by letter."""
    within: Length = timedelta(days=14)
    """How long after the notice, up to 90 days."""
    by: Literal["opening", "closing"] = "opening"
    """What of an order must lie within: when it was begun (it may close as long again later), or
    when it closed."""


class TimedNotice(Part):
    """A notice that goes out again and again, to each person once in a period."""

    title: str = ""
    folder: str = ""
    active: bool = True
    """false: no run begins any more."""
    every: Every
    """`hourly 11:00 to 22:00`, `daily 12:00` or `monthly 1st 12:30`, on the organisation's clocks.
    A time that they show twice is the first, one that they skip is when they jump."""
    once_per: Literal["order", "month", "birthday", "inactivity", "ever"]
    """How often one person gets it at most. An inactivity ends with a new order."""
    remind_again: bool = False
    """Each selection has a period of its own, so that the later one follows the earlier."""
    skip_if_sent_last_month: bool = False
    """Never two months running."""
    hold_out: float = Field(default=0, ge=0, lt=100)
    """The percentage of people who never get it, always the same ones."""
    reaction: Reaction | None = None
    """What its reports count as a reaction. Without it `feedback` and `profile` await points of
    their own name, `birthday` and `invite` an order; of other notices none is measured."""
    to: dict[Slug, Selection] = Field(min_length=1)
    """Who gets it; several selections share the period."""
