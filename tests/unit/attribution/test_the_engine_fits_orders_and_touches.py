"""The same engine ties an order to the messages before it: worked example 1 of the shop."""

from datetime import UTC, datetime, timedelta

from postlude.attribution.choosing import (
    Anchor,
    Candidate,
    Fill,
    Pick,
    Rule,
    Slot,
    Standing,
    Window,
    choose,
)

OPEN = Slot("open", frozenset({"pixel"}), Pick.LATEST, or_else="click")
CLICK = Slot("click", frozenset({"link"}), Pick.LATEST)
DAY = Window(timedelta(hours=-24), timedelta(0))
CONVERSIONS = Rule("last touch", DAY, (OPEN, CLICK))
TENTH = datetime(2026, 3, 10, tzinfo=UTC)


def at(text: str) -> datetime:
    hours, minutes, seconds = map(int, text.split(":"))
    return TENTH + timedelta(hours=hours, minutes=minutes, seconds=seconds)


def touch(number: int, type_: str, when: str, human: bool | None = True) -> Candidate:
    standing = {True: Standing.COUNTS, False: Standing.VOID, None: Standing.PENDING}[human]
    return Candidate(f"k{number}", type_, at(when), standing)


TOUCHES = {
    "A1": [
        touch(1, "pixel", "10:05:00"),
        touch(2, "link", "10:06:00"),
        touch(12, "link", "12:10:00"),
    ],
    "A2": [
        touch(3, "link", "10:00:03", human=False),
        touch(4, "pixel", "10:00:02"),
        touch(13, "link", "12:30:00"),
    ],
    "A3": [touch(5, "pixel", "11:00:00"), touch(6, "link", "11:01:00")],
    "A4": [touch(7, "link", "11:10:00")],
    "A5": [touch(8, "link", "11:20:00", human=False)],
    "A7": [touch(10, "pixel", "11:40:00"), touch(11, "pixel", "11:45:00")],
}
ORDERS = {
    "o1": ("A1", "10:30:00", ("k1", "k2")),
    "o2": ("A1", "12:40:00", ("k1", "k12")),
    "o3": ("A4", "35:10:00", ("k7", "k7")),  # exactly 24 hours
    "o4": ("A7", "35:45:01", (None, None)),
    "o5": ("A3", "20:00:00", ("k5", "k6")),
    "o6": ("A2", "12:50:00", ("k4", "k13")),
    "o7": ("A5", "11:40:00", (None, None)),
    "o8": ("A7", "23:00:00", ("k11", None)),
}


def test_the_worked_example_of_the_shop() -> None:
    for person, when, expected in ORDERS.values():
        found = choose(CONVERSIONS, Anchor(at(when)), TOUCHES[person], known_to=at(when))
        chosen = tuple(it.id if (it := found[slot].chosen) else None for slot in ("open", "click"))
        assert expected == chosen


def test_of_two_at_once_the_higher_id_is_the_latest() -> None:
    twins = [touch(9, "link", "10:00:00"), touch(10, "link", "10:00:00")]
    found = choose(CONVERSIONS, Anchor(at("11:00:00")), twins, known_to=at("11:00:00"))
    assert found["click"].chosen == twins[1]


def test_a_click_that_nobody_has_judged_yet_is_not_taken_and_not_forgotten() -> None:
    unjudged = [touch(1, "link", "09:00:00"), touch(2, "link", "11:50:00", human=None)]
    found = choose(CONVERSIONS, Anchor(at("12:00:00")), unjudged, known_to=at("12:00:00"))
    assert found["click"].chosen == unjudged[0]
    judged = [unjudged[0], touch(2, "link", "11:50:00")]
    found = choose(CONVERSIONS, Anchor(at("12:00:00")), judged, known_to=at("13:00:00"))
    assert (found["click"].fill, found["click"].chosen) == (Fill.CHOSEN, judged[1])
