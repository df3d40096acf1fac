"""What a path is made of: a journey that people walk step by step. A version is never changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from postlude.journeys.letters.types import Letter
from postlude.journeys.recurring.types import Condition, Points, Timetable


class Topic(StrEnum):
    """What may happen to a contact, by the name under which it is published."""

    ORDER_OPENED = "order.opened"
    ORDER_CLOSED = "order.closed"
    ORDER_CANCELLED = "order.cancelled"
    TICKET_PAID = "ticket.paid"
    EVENT = "contact.event"


ORDERS = frozenset({Topic.ORDER_OPENED, Topic.ORDER_CLOSED, Topic.ORDER_CANCELLED})


class Once(StrEnum):
    """How often one person walks it at most; the scopes of the marks are in `scopes`.

    `EACH`: once for each order, ticket or event, or for each time that somebody is selected.
    """

    EACH = "each"
    MONTH = "month"
    YEAR = "year"
    INACTIVITY = "inactivity"
    EVER = "ever"


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happens to a contact.

    Orders of these kinds and sources, tickets of these conferences (slugs), an event of this name;
    none given: any.
    """

    topic: Topic
    name: str = ""
    kinds: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    conferences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class News:
    """Whoever something happens to enters, unless it is told more than `within` after."""

    what: Happening
    within: timedelta = timedelta(hours=24)
    by: Literal["news"] = "news"


@dataclass(frozen=True, slots=True)
class Selected:
    """Whom a condition holds for when it is looked at; `newly`: and did not at the look before.

    `inside_already`: at the first look those count as new, too.
    """

    timetable: Timetable
    who: Condition
    newly: bool = False
    inside_already: bool = False
    by: Literal["selected"] = "selected"


Trigger = Annotated[News | Selected, Field(discriminator="by")]


@dataclass(frozen=True, slots=True)
class Check:
    """Only those go on for whom the condition holds; the others are stopped."""

    name: str
    only: Condition
    then: str = ""
    does: Literal["check"] = "check"


@dataclass(frozen=True, slots=True)
class Case:
    """One way of a branch: for whom `when` holds, or who can be written to like this letter."""

    then: str
    when: Condition | None = None
    reachable: Letter | None = None


@dataclass(frozen=True, slots=True)
class Branch:
    """The first case that holds for a person is their way; for nobody else, `then`."""

    name: str
    cases: tuple[Case, ...]
    then: str = ""
    does: Literal["branch"] = "branch"


@dataclass(frozen=True, slots=True)
class Turn:
    """One of the ways that come by turns. For whom `when` does not hold goes `otherwise`."""

    name: str
    then: str
    when: Condition | None = None
    otherwise: str = ""


@dataclass(frozen=True, slots=True)
class Rotate:
    """People take their turns in the order of contacts."""

    name: str
    turns: tuple[Turn, ...]
    does: Literal["rotate"] = "rotate"


@dataclass(frozen=True, slots=True)
class Give:
    """Points, once a walk."""

    name: str
    points: Points
    then: str = ""
    does: Literal["give"] = "give"


@dataclass(frozen=True, slots=True)
class LetIn:
    """Access to whatever their tickets of the conference open."""

    name: str
    then: str = ""
    does: Literal["let_in"] = "let_in"


@dataclass(frozen=True, slots=True)
class Send:
    """A text, and points that go with it. Whoever it may not go to walks on without it."""

    name: str
    letter: Letter
    give: Points | None = None
    then: str = ""
    does: Literal["send"] = "send"


@dataclass(frozen=True, slots=True)
class Wait:
    """Wait for a `length`, and then `until` the clocks show that time; or until `what` happens.

    What has not happened after `at_most` leads on to `otherwise`. Days and times are those of the
    organisation's `clocks`, or of the contact's own, where it is known by which they live.
    """

    name: str
    then: str = ""
    length: timedelta = timedelta(0)
    until: time | None = None
    what: Happening | None = None
    at_most: timedelta = timedelta(0)
    otherwise: str = ""
    clocks: Literal["organisation", "contact"] = "organisation"
    does: Literal["wait"] = "wait"


@dataclass(frozen=True, slots=True)
class End:
    """The walk is over here."""

    name: str
    does: Literal["end"] = "end"


Node = Annotated[
    Check | Branch | Rotate | Give | LetIn | Send | Wait | End, Field(discriminator="does")
]


@dataclass(frozen=True, slots=True)
class Path:
    """A journey as a playbook says it.

    The first node is where people enter; what a node names as next stands after it, "" is the end.
    `goal` ends a walk wherever it is. `hold_out`: how many of 1,000 people walk without being
    given or sent anything, always the same.
    """

    slug: str
    trigger: Trigger
    nodes: tuple[Node, ...]
    once: Once
    goal: Happening | None = None
    title: str = ""
    folder: str = ""
    active: bool = True
    hold_out: int = 0


class State(StrEnum):
    """Where a walk stands. STOPPED: by a check; GOAL: what it was for has happened."""

    WALKING = "walking"
    DONE = "done"
    STOPPED = "stopped"
    GOAL = "goal"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may enter: because of what (`subject`: an order, a ticket, an event; 0 none)."""

    contact: int
    subject: int = 0
    conference: int = 0


@dataclass(frozen=True, slots=True)
class Heard:
    """What happened, and when; `about` holds what a Happening chooses by."""

    topic: Topic
    contact: int
    subject: int
    at: datetime
    conference: int = 0
    about: Mapping[str, str] = field(default_factory=dict)
