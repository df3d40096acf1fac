"""A notice's definition: kept word for word as JSON, and every mistake told at once."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from postlude.journeys.recurring import definitions, timetables
from postlude.journeys.recurring.types import (
    ClosedOrders,
    Condition,
    Letter,
    OncePer,
    Points,
    Recurring,
    Selection,
    Way,
)

LAST = {"last_order_between": {"after": "4 weeks", "before": "2 weeks"}}
MAIL = Letter("mail", "come-back")


def notice(**changes: Any) -> Recurring:
    ways = (
        Way("balance", MAIL, when=Condition("balance_at_least"), otherwise="gift"),
        Way("gift", MAIL, give=Points(100, "invite", timedelta(days=14))),
    )
    usual = {
        "slug": "invite",
        "timetable": timetables.parse("daily 12:00"),
        "selections": (Selection("short", ways, who=Condition("last_order_between", LAST)),),
        "once_per": OncePer.INACTIVITY,
    }
    return Recurring(**{**usual, **changes})


def wrong(it: Recurring) -> dict[tuple[Any, ...], str]:
    found = definitions.mistakes(it, currency="RUB", zone="Europe/Moscow")
    return {each.place: each.words for each in found}


def amended(it: Recurring, number: int, **changes: Any) -> Recurring:
    (selection,) = it.selections
    ways = list(selection.ways)
    ways[number] = replace(ways[number], **changes)
    return replace(it, selections=(replace(selection, ways=tuple(ways)),))


def test_what_is_kept_is_what_was_written() -> None:
    orders = Selection("all", (Way("ask", MAIL),), orders=ClosedOrders(sources=("Site", "App")))
    for it in (notice(hold_out=50), notice(once_per=OncePer.ORDER, selections=(orders,))):
        assert it == definitions.from_json(definitions.to_json(it))


def test_a_switch_is_no_new_version() -> None:
    assert definitions.digest(notice()) == definitions.digest(notice(active=False))
    assert definitions.digest(notice()) != definitions.digest(notice(hold_out=1))


def test_a_letter_without_an_alternative_is_what_it_always_was() -> None:
    """Notices that were published before there were any get no new version by themselves."""
    letters = [each["send"] for each in definitions.to_json(notice())["selections"][0]["ways"]]
    assert ["or_else" in each for each in letters] == [False, False]
    other = amended(notice(), 1, send=replace(MAIL, or_else=Letter("chat", "come-back")))
    assert other == definitions.from_json(definitions.to_json(other))
    assert definitions.digest(other) != definitions.digest(notice())


def test_at_most_four_follow_each_other() -> None:
    letter = MAIL
    for _ in range(3):
        letter = replace(MAIL, or_else=letter)
    place = ("to", "short", "rotate", 1, "send", "else", "else", "else", "else")
    assert place not in wrong(amended(notice(), 1, send=letter))
    assert place in wrong(amended(notice(), 1, send=replace(MAIL, or_else=letter)))


def test_a_good_one_has_no_mistakes() -> None:
    good = amended(
        notice(), 0, when=Condition("has", {"has": {"kind": "balance_at_least", "amount": 1}})
    )
    assert {} == wrong(good)


def test_every_mistake_is_told_at_once() -> None:
    bad = amended(notice(hold_out=1_000, remind_again=False), 0, otherwise="gfit")
    bad = amended(bad, 1, give=Points(0, " ", timedelta(0)), name="balance")
    bad = replace(bad, timetable=timetables.parse("hourly 22:00 to 11:00"))
    assert {
        ("every",),
        ("hold_out",),
        ("to", "short", "rotate", 0, "otherwise"),
        ("to", "short", "rotate", 1, "name"),
        ("to", "short", "rotate", 1, "give"),
    } <= set(wrong(bad))


def test_a_mistake_in_a_condition_has_its_place() -> None:
    who = Condition("last", {"last": {"kind": "last_order_between", "after": "4 wekes"}})
    selection = replace(notice().selections[0], who=who, only=Condition("nobody_knows"))
    found = wrong(notice(selections=(selection,)))
    assert ("to", "short", "who", "where", "last", "after") in found
    assert any(place[:3] == ("to", "short", "only") for place in found)


def test_people_are_not_chosen_by_what_an_order_says() -> None:
    """`source` is of an order at hand: nobody can be chosen by it, but it may stand nowhere else."""
    who = Condition("source", {"source": {"any_of": ["Site"]}})
    found = wrong(notice(selections=(replace(notice().selections[0], who=who),)))
    assert ("to", "short", "who") in found


def test_orders_and_people_have_their_own_periods() -> None:
    assert ("once_per",) in wrong(notice(once_per=OncePer.ORDER))
    both = replace(notice().selections[0], orders=ClosedOrders())
    assert ("to", "short") in wrong(notice(selections=(both,)))
    assert ("skip_if_sent_last_month",) in wrong(notice(skip_if_sent_last_month=True))
    assert ("remind_again",) in wrong(notice(once_per=OncePer.MONTH, remind_again=True))


def test_for_everybody_there_must_be_a_way() -> None:
    only_some = amended(notice(), 1, when=Condition("birthday_known"))
    assert ("to", "short", "rotate") in wrong(only_some)
    assert ("to", "short") in wrong(notice(selections=(replace(notice().selections[0], ways=()),)))
