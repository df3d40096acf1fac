"""The shape of journeys in steps: what starts them, and what people walk through one by one.

Conditions are written as in rules: docs/reference/conditions.md lists them.
"""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from postlude.playbooks import durations
from postlude.playbooks.notices import Every, GivenPoints, Letter
from postlude.playbooks.part import Part
from postlude.playbooks.promotions import Params
from postlude.playbooks.scalars import Length, Slug


def _pause(value: object) -> str:
    durations.pause(str(value))
    return str(value)


Pause = Annotated[
    str,
    BeforeValidator(_pause),
    WithJsonSchema(
        {"type": "string", "format": "length or time of day", "examples": ["1 day until 10:00"]}
    ),
]
Happens = Annotated[
    str,
    Field(
        pattern=r"^(order\.(opened|closed|cancelled)|ticket\.paid|event [a-z0-9][a-z0-9_.-]{0,62})$"
    ),
]


class PathCase(Part):
    """One way of a branch; the first that holds for a person is theirs."""

    when: str = ""
    """A condition."""
    where: dict[str, Params] = Field(default_factory=dict)
    """The parameters of each condition, by its name."""
    names: dict[str, str] = Field(default_factory=dict)
    """Names of your own, and the kinds that they stand for."""
    reachable_by: str = ""
    """Instead of a condition, the name of a sender: for whom it has an address and may write to."""
    klass: Literal["marketing", "service", "transactional"] = Field(
        default="marketing", alias="class"
    )
    """The class of message that `reachable_by` asks about."""
    steps: list["PathStep"] = Field(default_factory=list)


class PathTurn(Part):
    """One of the ways that come by turns."""

    name: Slug
    when: str = ""
    """Only for whom this holds; the others go where `otherwise` says, as their turn."""
    where: dict[str, Params] = Field(default_factory=dict)
    names: dict[str, str] = Field(default_factory=dict)
    otherwise: str = ""
    """The name of the way for the others; else the next one by turns."""
    steps: list["PathStep"] = Field(default_factory=list)


class PathStep(Part):
    """One step: exactly one of `check`, `branch`, `rotate`, `give`, `let_in`, `send`, `wait`,
    `wait_for` and `end`; only `give` may stand beside `send`.
    """

    name: str = Field(default="", pattern=r"^([a-z0-9][a-z0-9-]{0,30})?$")
    """What reports call it; a text is called by its template, others by what they do."""
    check: str = Field(default="", min_length=1)
    """A condition: only those go on for whom it holds."""
    where: dict[str, Params] = Field(default_factory=dict)
    """The parameters of each condition of `check`, by its name."""
    names: dict[str, str] = Field(default_factory=dict)
    """Names of your own in `check`, and the kinds that they stand for."""
    branch: list[PathCase] | None = Field(default=None, min_length=1)
    """Ways for some; who fits none takes `otherwise`. All meet again at the next step."""
    rotate: list[PathTurn] | None = Field(default=None, min_length=1)
    """Ways by turns. All meet again at the next step."""
    give: GivenPoints | None = None
    """Points; beside `send` they go with the text, and are taken back where it reaches nobody."""
    let_in: Literal["everything they bought"] | None = None
    """Open whatever the person's tickets open."""
    send: Letter | None = None
    """A text. Whoever it may not go to is counted with the reason, and walks on."""
    wait: Pause = Field(default="", min_length=1)
    """`2 hours`, `1 day` (the same time of day), `until 10:00`, or `1 day until 10:00`."""
    wait_for: Happens | None = None
    """Until this happens: what `when` may be."""
    at_most: Length | None = None
    """How long `wait_for` waits."""
    clocks: Literal["ours", "theirs"] = "ours"
    """By whose clocks days and times of a wait go: the organisation's, or the customer's own where
    their zone is known."""
    otherwise: list["PathStep"] | None = None
    """What is done for whom no way of `branch` is, or for whom `wait_for` waited in vain."""
    end: Literal[True] | None = None
    """The walk is over."""

    @property
    def does(self) -> tuple[str, ...]:
        """Which of the things a step may do are said."""
        return tuple(each for each in DOES if each in self.model_fields_set)


DOES = ("check", "branch", "rotate", "give", "let_in", "send", "wait", "wait_for", "end")


class Orders(Part):
    """Which orders are meant; nothing said: all."""

    kinds: list[str] = Field(default_factory=list)
    sources: list[str] = Field(default_factory=list)


class Path(Part):
    """A journey that people walk step by step. What happens starts it (`when`), or a timetable
    looks for people (`every` and `who`).
    """

    title: str = ""
    folder: str = ""
    active: bool = True
    """false: nobody new enters; who is on the way goes on."""
    when: Happens | None = None
    """What starts it: `order.opened`, `order.closed`, `order.cancelled`, `ticket.paid`, or `event`
    and a name."""
    orders: Orders | None = None
    """Only these orders start it."""
    conferences: list[str] = Field(default_factory=list)
    """Only tickets of these conferences start it."""
    within: Length = timedelta(hours=24)
    """What is told longer after it happened starts nothing."""
    every: Every = ""
    """When people are looked for: `hourly 09:00 to 21:00`, `daily 12:00` or `monthly 1st 12:30`."""
    who: str = ""
    """A condition: everybody for whom it holds."""
    where: dict[str, Params] = Field(default_factory=dict)
    """The parameters of each condition, by its name."""
    names: dict[str, str] = Field(default_factory=dict)
    """Names of your own, and the kinds that they stand for."""
    newly: bool = False
    """Only for whom it did not hold at the look before."""
    inside_already: bool = False
    """With `newly`: those for whom it holds at the very first look count as new."""
    once_per: Literal["order", "ticket", "event", "entry", "month", "year", "inactivity", "ever"]
    """How often one person walks it at most. `entry`: each time that it newly holds."""
    hold_out: float = Field(default=0, ge=0, lt=100)
    """The percentage of people who walk it without getting anything, always the same ones."""
    goal: Happens | None = None
    """What it is for: once this has happened since they entered, the walk is over."""
    steps: list[PathStep] = Field(min_length=1)


PathStep.model_rebuild()
