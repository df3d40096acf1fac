"""The worked example, to the cell: mail, text, both, and the readings that it is told from."""

from datetime import date

import pytest

from postlude.reports import api as reports
from postlude.reports import queries
from postlude.reports.channel import gathering, opening
from postlude.reports.types.channel import Asked, Basis, ChannelReport, Conversion, Reading, Tally
from support.measured import Shop
from support.worked_example import BY_BROWSER, Example

TENTH, ELEVENTH = date(2026, 3, 10), date(2026, 3, 11)


@pytest.fixture
def example(place: Shop) -> Example:
    return Example(place).play()


def report(example: Example, *channels: str, day: date = TENTH, **more: object) -> ChannelReport:
    asked = Asked(day, day, channels, **more)  # type: ignore[arg-type]
    return reports.channel(example.shop.org, asked)


def percent(value: float | None) -> str | None:
    return None if value is None else f"{value:.2%}"


def bought(it: Conversion) -> tuple[int, int]:
    return it.orders.total, it.revenue.get("TWD", 0) // 100


def people(tally: Tally, reading: Reading = Reading.HUMAN) -> tuple[int, int]:
    return tally.opened(reading).total, tally.clicked(reading).total


def test_the_mail(example: Example) -> None:
    total = report(example, "email").total
    assert (10, 8, 1, 1) == (total.entered, total.sent, total.blocked, total.failed)
    assert {"frequency_cap": 1} == total.blocked_by
    assert "87.50%" == percent(total.delivered_rate)
    assert (5, 3) == people(total)
    assert (6, 3600) == bought(total.open_orders)
    assert (3, 2500) == bought(total.click_orders)
    assert (1, 1000) == bought(total.session_orders)
    opens, clicks = total.opened(Reading.HUMAN), total.clicked(Reading.HUMAN)
    assert "120.00%" == percent(total.open_orders.rate(opens))
    assert "100.00%" == percent(total.click_orders.rate(clicks))
    assert "33.33%" == percent(total.session_orders.rate(clicks))


def test_the_text(example: Example) -> None:
    total = report(example, "sms").total
    assert (4, 3, 1) == (total.entered, total.sent, total.failed)
    assert total.delivered_rate is None, "this vendor tells nothing of it"
    assert (2, 2) == people(total)
    assert (2, 900) == bought(total.open_orders) == bought(total.click_orders)
    assert (2, 900) == bought(total.session_orders)
    clicks = total.clicked(Reading.HUMAN)
    assert "100.00%" == percent(total.open_orders.rate(clicks))


@pytest.mark.parametrize("channels", [(), ("email", "sms")])
def test_both_count_an_order_once(example: Example, channels: tuple[str, ...]) -> None:
    found = report(example, *channels)
    assert (6, 3600) == bought(found.total.open_orders)
    assert [("email", 4, 2700), ("sms", 2, 900)] == [
        (each.place.channel, *bought(each.tally.open_orders)) for each in found.lines
    ]
    assert (5, 4) == people(found.total), "A1 and A2 clicked in a text, A1, A3, A4 in a mail"
    assert [("w1", "f1", "t1"), ("w2", "f1", "t2")] == [
        (each.journey, each.folder, each.template) for each in found.lines
    ]


def test_all_touches_and_those_without_signs_of_a_machine(example: Example) -> None:
    total = report(example, "email").total
    assert (7, 6) == people(total, Reading.RAW), "A5 and A6 clicked, too soon or too late to judge"
    assert (4, 3) == people(total, Reading.FILTERED), "A2's mail was opened by a scanner"


def test_orders_matched_by_browser_alone_would_be_others(place: Shop) -> None:
    example = Example(place).play(credit=BY_BROWSER)
    assert (3, 2500) == bought(report(example, "email").total.open_orders)
    assert (2, 900) == bought(report(example, "sms").total.open_orders)
    assert (5, 3400) == bought(report(example).total.open_orders)


def test_without_the_scanner_an_order_leaves_the_mail(place: Shop) -> None:
    example = Example(place).play(credit={"o6": "k13 k13"})
    assert (5, 3200) == bought(report(example, "email").total.open_orders)
    assert (2, 900) == bought(report(example, "sms").total.open_orders)


def test_the_day_after_has_what_came_back_on_it(example: Example) -> None:
    """One more click of A3 on the 11th: its cycle is counted whole; a strict cohort is empty."""
    assert 0 == report(example, "email", day=ELEVENTH).total.opened(Reading.HUMAN).total
    example.shop.touch(example.mails[3], "click", example.at("11T09:00:00"), human=True)
    example.shop.work()
    found = report(example, "email", day=ELEVENTH)
    total = found.total
    assert (0, 5, 3) == (total.sent, *people(total))
    assert (6, 3600, 3, 2500, 1, 1000) == (
        *bought(total.open_orders),
        *bought(total.click_orders),
        *bought(total.session_orders),
    )
    assert total.delivered_rate is None
    assert [(ELEVENTH, 0, 1, 1)] == [
        (each.day, each.sent, each.opened, each.clicked) for each in found.days
    ]
    strict = report(example, "email", day=ELEVENTH, basis=Basis.SEND).total
    assert (0, 0, 0, 0) == (strict.sent, *people(strict), strict.open_orders.orders.total)
    assert strict.open_orders.rate(strict.opened(Reading.HUMAN)) is None
    assert strict.delivered_rate is None


def test_tests_are_no_part_of_it(example: Example) -> None:
    assert [(TENTH, 11, 5, 4)] == [
        (each.day, each.sent, each.opened, each.clicked) for each in report(example).days
    ]


def test_a_folder_and_a_journey_are_asked_for(example: Example) -> None:
    assert (6, 3600) == bought(report(example, folder="f1").total.open_orders)
    assert (2, 900) == bought(report(example, journey="w2").total.open_orders)
    assert 0 == report(example, folder="elsewhere").total.entered
    assert [("w1", "f1", ("email",)), ("w2", "f1", ("sms",))] == [
        (each.slug, each.folder, each.channels)
        for each in reports.channel_choices(example.shop.org)
    ]


def test_pages_of_any_size_are_the_whole(example: Example, monkeypatch) -> None:
    """Of each number, of the total and of a line; whatever is in memory at once."""
    org = example.shop.org
    asked = Asked(TENTH, ELEVENTH, ())
    lines = [None, *(each.place for each in reports.channel(org, asked).lines)]
    whole = {
        (place, number): reports.channel_rows(org, asked, number, place=place, limit=1_000).rows
        for place in lines
        for number in reports.ChannelNumber
    }
    assert {len(rows) > 2 for rows in whole.values()} == {True, False}
    monkeypatch.setattr(gathering, "_PAGE", 1)
    monkeypatch.setattr(opening, "_AT_ONCE", 2)
    for (place, number), rows in whole.items():
        found, offset = [], 0
        while offset is not None:
            page = reports.channel_rows(org, asked, number, place=place, limit=3, offset=offset)
            assert len(page.rows) <= 3
            found += page.rows
            offset = page.next_offset
        assert list(rows) == found, (place, number)


def test_only_the_people_of_a_page_are_asked_for(example: Example, monkeypatch) -> None:
    asked, named = Asked(TENTH, TENTH, ("email",)), []

    def ask(question: str, params, **ids):
        named.extend(ids.get("numbers", ()))
        return queries.ask(question, params, **ids)

    monkeypatch.setattr(opening, "ask", ask)
    page = reports.channel_rows(example.shop.org, asked, "opens", limit=2, offset=2)
    assert (2, 4) == (len(page.rows), page.next_offset)
    assert 3 == len(named)
