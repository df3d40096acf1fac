"""A range of days is read however the team writes it, and a bad one is explained."""

from datetime import date

import pytest

from postlude.chatops.commands.ranges import MOST_DAYS, Range, read
from postlude.chatops.errors import BadRange

TODAY = date(2022, 4, 20)
MARCH, APRIL = date(2022, 3, 5), date(2022, 4, 2)


def ask(first: str = "", last: str = "", whole: tuple[date, date] | None = None) -> Range:
    return read(first, last, today=TODAY, whole=whole)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2022/03/05", "2022/04/02"),
        ("2022-03-05", "2022-04-02"),
        ("2022/3/5", "2022.4.2"),
        ("2022年3月5日", "2022年4月2日"),
        ("2022/03/05~2022/04/02", ""),
        ("", "2022/03/05~2022/04/02"),
        (" 2022/03/05 ~ 2022/04/02 ", ""),
        ("2022/03/05～2022/04/02", ""),
        ("2022/03/05 to 2022/04/02", ""),
        ("2022/03/05 - 2022/04/02", ""),
        ("2022-03-05 - 2022-04-02", ""),
        ("2022/03/05~", "2022/04/02"),
        ("2022/03/05", "~2022/04/02"),
        ("2022/03/05到2022/04/02", ""),
    ],
)
def test_all_these_are_the_same_days(first: str, last: str) -> None:
    assert Range(MARCH, APRIL) == ask(first, last)


def test_one_day_is_a_range_too() -> None:
    assert [MARCH] == ask("2022/03/05", "2022/03/05").days()


def test_without_a_last_day_it_goes_to_today() -> None:
    assert Range(MARCH, TODAY) == ask("2022/03/05")


def test_without_days_it_is_the_whole_sale_or_today() -> None:
    assert Range(MARCH, APRIL) == ask(whole=(MARCH, APRIL))
    assert [TODAY] == ask().days()


def test_a_sale_of_many_years_is_cut_to_its_end() -> None:
    days = ask(whole=(date(2000, 1, 1), TODAY)).days()
    assert (MOST_DAYS, TODAY) == (len(days), days[-1])


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2022/04/02", "2022/03/05", "before it begins"),
        ("2022/04/02~2022/03/05", "", "before it begins"),
        ("2022/02/30", "2022/03/05", "There is no day"),
        ("2022/13/01", "2022/14/05", "There is no day"),
        ("0000/01/01", "2022/03/05", "There is no day"),
        ("yesterday", "", "not a range"),
        ("05/03/2022", "02/04/2022", "not a range"),
        ("2022/03/05~2022/04/02~2022/05/01", "", "not a range"),
        ("2000/01/01", "2022/03/05", "longer than"),
        ("~", "", "not a range"),
    ],
)
def test_a_bad_range_is_explained(first: str, last: str, said: str) -> None:
    with pytest.raises(BadRange) as refused:
        ask(first, last)
    assert said in refused.value.text()
    assert refused.value.hint


def test_what_was_typed_is_not_repeated_as_formatting() -> None:
    with pytest.raises(BadRange) as refused:
        ask("**@everyone** <@1> `x`" + "y" * 500)
    text = refused.value.text()
    assert not set("*@<>`") & set(text)
    assert len(text) < 120
