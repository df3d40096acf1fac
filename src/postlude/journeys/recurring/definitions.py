"""A notice to JSON and back, and what can be wrong with it. Pure."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from postlude.journeys.letters.types import MOST_STEPS, Letter
from postlude.journeys.recurring import timetables
from postlude.journeys.recurring.types import (
    ClosedOrders,
    Condition,
    Mistake,
    OncePer,
    Points,
    Recurring,
    Selection,
    Way,
)
from postlude.rules import api as rules

WHOLE = 1_000
_LONGEST = 63
_NOTHING = timedelta(0)
_LONGEST_WAIT = timedelta(days=90)


@cache
def _form() -> TypeAdapter[Recurring]:
    return TypeAdapter(Recurring)  # at first use: it takes as long as a small command


def to_json(notice: Recurring) -> dict[str, Any]:
    """Return the notice as JSON can hold it."""
    found: dict[str, Any] = _form().dump_python(notice, mode="json")
    for way in (way for selection in found["selections"] for way in selection["ways"]):
        _leave_out_nothing(way["send"])
        if not way["coupon"]:
            del way["coupon"]
    if found["reaction"] is None:  # the same as before a notice could say it
        del found["reaction"]
    return found


def _leave_out_nothing(letter: dict[str, Any]) -> None:
    """A letter without an alternative is the same as before there were any."""
    if letter["or_else"] is None:
        del letter["or_else"]
    else:
        _leave_out_nothing(letter["or_else"])


def from_json(data: Mapping[str, Any]) -> Recurring:
    """Return the notice that `to_json` wrote."""
    return _form().validate_python(dict(data))


def digest(notice: Recurring) -> str:
    """Return what tells two of them apart; whether it is active does not count."""
    data = to_json(replace(notice, active=True))
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()


def mistakes(notice: Recurring, *, currency: str, zone: str) -> list[Mistake]:
    """Return everything that is wrong, each with its place."""
    return [*_whole(notice), *_selections(notice, currency, zone)]


def _whole(notice: Recurring) -> Iterator[Mistake]:
    wrong = timetables.problem(notice.timetable)
    if wrong:
        yield Mistake(("every",), wrong, f"Write it like {timetables.EXAMPLES}.")
    if not notice.selections:
        yield Mistake(("to",), "nobody is selected", "Name at least one selection.")
    if not 0 <= notice.hold_out < WHOLE:
        yield Mistake(("hold_out",), "this share is not from 0 % to 99.9 %")
    of_orders = [each for each in notice.selections if each.orders is not None]
    if (notice.once_per is OncePer.ORDER) != bool(of_orders) or (
        of_orders and len(of_orders) < len(notice.selections)
    ):
        words = "`once_per: order` goes with `orders` in every selection"
        yield Mistake(("once_per",), words, "Select by `orders`, or take another period.")
    yield from _reaction(notice)
    if notice.skip_if_sent_last_month and notice.once_per is not OncePer.MONTH:
        words = "only what is once per month can have been sent last month"
        yield Mistake(("skip_if_sent_last_month",), words, "Drop it.")
    if notice.remind_again and notice.once_per not in {OncePer.INACTIVITY, OncePer.EVER}:
        words = "this period is never divided among selections"
        yield Mistake(("remind_again",), words, "Drop it.")


def _reaction(notice: Recurring) -> Iterator[Mistake]:
    it = notice.reaction
    if it is None:
        return
    if not _NOTHING < it.within <= _LONGEST_WAIT:
        words = f"a reaction is awaited for up to {_LONGEST_WAIT.days} days"
        yield Mistake(("reaction", "within"), words)
    given = {
        way.give.reason for each in notice.selections for way in each.ways if way.give is not None
    }
    if it.points in given:
        words = f"points for “{it.points}” come with the notice itself, and are no reaction to it"
        yield Mistake(("reaction", "points"), words, "Name another reason, or await an order.")


def _selections(notice: Recurring, currency: str, zone: str) -> Iterator[Mistake]:
    for selection in notice.selections:
        place = ("to", selection.name)
        if len(f"{notice.slug}.{selection.name}") > _LONGEST:
            words = f"with the notice's name this is longer than {_LONGEST} letters"
            yield Mistake(place, words, "Choose shorter names.")
        if (selection.who is None) == (selection.orders is None):
            words = "a selection is either of people (`who`) or of orders (`orders`)"
            yield Mistake(place, words, "Give exactly one of the two.")
        yield from _orders(place, selection.orders)
        for name, condition in (("who", selection.who), ("only", selection.only)):
            if condition is not None:
                audience = name == "who"
                yield from condition_mistakes(
                    (*place, name), condition, currency, zone, audience=audience
                )
        yield from _ways(selection, place, currency, zone)


def _orders(place: tuple[str, ...], orders: ClosedOrders | None) -> Iterator[Mistake]:
    if orders is not None and orders.within <= _NOTHING:
        yield Mistake((*place, "orders", "within"), "this must be longer than nothing")


def _ways(
    selection: Selection, place: tuple[str, ...], currency: str, zone: str
) -> Iterator[Mistake]:
    names = [way.name for way in selection.ways]
    if not names:
        yield Mistake(place, "nothing is done for these people", "Add `send`, or `rotate`.")
    elif all(way.when is not None for way in selection.ways):
        words = "each way has a `when`: for some people there would be none"
        yield Mistake((*place, "rotate"), words, "Leave `when` out of one of them.")
    for number, way in enumerate(selection.ways):
        here: tuple[str | int, ...] = (*place, "rotate", number)
        if names.index(way.name) < number:
            yield Mistake((*here, "name"), f"the name “{way.name}” is used twice")
        yield from _fall_back(way, here, names)
        if way.give is not None:
            yield from points_mistakes((*here, "give"), way.give)
        yield from letter_mistakes(way.send, here)
        if way.when is not None:
            yield from condition_mistakes((*here, "when"), way.when, currency, zone, audience=False)


def _fall_back(way: Way, here: tuple[str | int, ...], names: list[str]) -> Iterator[Mistake]:
    place = (*here, "otherwise")
    if way.otherwise and way.when is None:
        yield Mistake(place, "without `when` this never happens", "Drop it, or add `when`.")
    if way.otherwise and (way.otherwise not in names or way.otherwise == way.name):
        hint = rules.did_you_mean(way.otherwise, names) or f"One of: {', '.join(names)}."
        yield Mistake(place, f"there is no other way “{way.otherwise}” here", hint)


def letter_mistakes(letter: Letter, here: tuple[str | int, ...]) -> Iterator[Mistake]:
    """Yield what is wrong with a text and what is sent instead of it."""
    steps = letter.steps()
    if len(steps) > MOST_STEPS:
        place = (*here, "send", *["else"] * MOST_STEPS)
        words = f"these are {len(steps)} ways to reach somebody, one after the other"
        yield Mistake(place, words, f"At most {MOST_STEPS} follow each other.")
    for number, step in enumerate(steps):
        if step.deadline <= _NOTHING:
            place = (*here, "send", *["else"] * number, "within")
            yield Mistake(place, "this must be longer than nothing")


def points_mistakes(place: tuple[str | int, ...], points: Points) -> Iterator[Mistake]:
    """Yield what is wrong with points that are given."""
    if points.amount < 1:
        yield Mistake(place, "points are given one by one at least")
    if not points.reason.strip():
        yield Mistake(place, "points need a reason", "Write `reason: …`.")
    if points.expires is not None and points.expires <= _NOTHING:
        yield Mistake(place, "points that end must live longer than nothing")


def condition_mistakes(
    place: tuple[str | int, ...], condition: Condition, currency: str, zone: str, *, audience: bool
) -> Iterator[Mistake]:
    """Yield what is wrong with a condition; `audience`: people are chosen by it."""
    told = rules.wanted_problems(
        condition.text,
        condition.where,
        condition.names,
        currency=currency,
        zone=zone,
        audience=audience,
    )
    for problem in told:
        yield Mistake((*place, *_steps(problem.pointer)), problem.message, problem.hint)


def _steps(pointer: str) -> tuple[str, ...]:
    return tuple(
        step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:] if step
    )


def said(found: list[Mistake]) -> str:
    """Return mistakes as one sentence, for who has no file to look into."""
    return "; ".join(f"{'.'.join(map(str, each.place))}: {each.words}" for each in found)
