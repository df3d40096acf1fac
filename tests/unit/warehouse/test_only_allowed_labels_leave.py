import pytest

from postlude.warehouse import deidentify
from postlude.warehouse.types import Keep

KEEP = (
    Keep("gender", ("Gender / 生理性別",)),
    Keep("job_title", ("Job Title / 職稱*",)),
    Keep("area_of_interest", ("Area of Interest / 興趣領域",)),
)
FORM = [
    ("Nickname / 暱稱", "Annie"),
    ("Gender / 生理性別", "Female"),
    ('Job Title / 職稱 (If you are a student, fill in "student")', "Engineer"),
    ("聯絡人 姓名", "王小明"),
    ("聯絡人 Email", "ann@example.test"),
    ("聯絡人 手機", "0900000000"),
]


def test_what_nobody_allowed_is_dropped_and_named() -> None:
    form = deidentify.deidentify(FORM, KEEP)

    assert form.columns == {"gender": "Female", "job_title": "Engineer"}
    assert form.dropped == {"Nickname / 暱稱", "聯絡人 姓名", "聯絡人 Email", "聯絡人 手機"}


def test_without_a_list_nothing_leaves() -> None:
    assert deidentify.deidentify(FORM, ()).columns == {}


@pytest.mark.parametrize(
    "label", ["聯絡人 Email", "聯絡人 姓名 (2023)", "search_string", "身分證字號"]
)
def test_a_contact_label_never_leaves_even_when_listed(label: str) -> None:
    form = deidentify.deidentify([(label, "SENTINELVALUEXYZ")], [Keep("gender", (label,))])

    assert form.columns == {}
    assert form.dropped == {label}


def test_labels_are_compared_without_case_width_and_double_blanks() -> None:
    assert deidentify.matches("Gender / 生理性別", "ＧＥＮＤＥＲ  /  生理性別 ")
    assert not deidentify.matches("Gender", "Gender identity")
    assert deidentify.matches("Gender*", "Gender identity")


def test_one_question_under_several_labels_takes_the_first_answer_that_is_not_empty() -> None:
    keep = [Keep("heard_of_us", ("How did you know PyCon*", "How did you know XXX*"))]
    form = [("How did you know XXX?", ""), ("How did you know PyCon TW 2023?", "Friends")]

    assert deidentify.deidentify(form, keep).columns == {"heard_of_us": "Friends"}
