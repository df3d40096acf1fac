import pytest

from postlude.warehouse import deidentify

OWN = ("王小明", "Ann Lee", "ann@example.test", "+886900000000")


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("write to ann.lee+x@example.test please", "write to [e-mail] please"),
        ("full width ａｎｎ＠ｅｘａｍｐｌｅ．ｔｅｓｔ", "full width [own]"),
        ("call 0900-000-000", "call [number]"),
        ("call +886 (0)2 2345 6789", "call [number]"),
        ("I am Ann, the Annual speaker", "I am [own], the Annual speaker"),
        ("ANN LEE", "[own]"),
        ("小明的公司", "[own]的公司"),
        ("王小明", "[own]"),
        ("1-5 years / 1-5 年", "1-5 years / 1-5 年"),
        ("member 2015-2023", "member 2015-2023"),
        ("AI/ML/DL, Web Development", "AI/ML/DL, Web Development"),
        ("  \n ", ""),
    ],
)
def test_personal_values_are_cut_out(text: str, clean: str) -> None:
    assert deidentify.scrub(text, OWN) == clean


def test_a_name_of_one_letter_does_not_eat_the_text() -> None:
    assert deidentify.scrub("Engineer at X", ("X", "")) == "Engineer at X"


@pytest.mark.parametrize("spelled", ["İSTANBULLU", "istanbullu", "ISTANBULLU", "ıstanbullu"])
def test_a_name_is_found_in_any_case(spelled: str) -> None:
    assert deidentify.scrub(f"I am {spelled}.", ("istanbullu",)) == "I am [own]."


def test_a_nickname_goes_as_a_whole_and_a_name_word_by_word() -> None:
    text = "The Data Engineer, call me data wizard, or Lee"

    assert deidentify.scrub(text, ("Ann Lee",), ("Data Wizard", "x")) == (
        "The Data Engineer, call me [own], or [own]"
    )
