"""A number or a slug is proof; a name only while it is nobody else's."""

import pytest

from postlude.orders import naming
from postlude.orders.matching import Names, find

POLL = Names("84296", None, "PyCon Registration: Individual")
HOOK = Names(None, "abcd1234", "PyCon Registration: Individual")
CSV = Names(None, "abcd1234", None)


@pytest.mark.parametrize(
    ("known", "event", "found"),
    [
        ([], POLL, []),
        ([POLL], POLL, [0]),
        ([POLL], HOOK, [0]),
        ([HOOK], POLL, [0]),
        ([HOOK], CSV, [0]),
        ([POLL], CSV, []),
        ([CSV, POLL], HOOK, [0, 1]),
        ([POLL, CSV], Names("84296", "abcd1234", "other"), [0, 1]),
        ([POLL], Names("84297", None, POLL.name), []),
        ([POLL, Names("84297", None, POLL.name)], HOOK, []),
        ([POLL], Names(None, "x", "  pycon  REGISTRATION： Individual "), [0]),
        ([Names("1", "a", "x"), Names("2", "b", "x")], Names("1", "b", "x"), [0]),
        ([POLL], Names(None, "x", ""), []),
    ],
)
def test_which_happening_an_event_is(known, event, found) -> None:
    assert find(known, event) == found


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("PyCon APAC 2022 Registration: Reserved【Online Conference】", "reserved"),
        ("PyCon TW 2023 Registration: Individual", "individual"),
        ("PyCon TW 2023 Registration: ＣＯＲＰＯＲＡＴＥ", "corporate"),
        ("PyCon TW 2023 個人票", "individual"),
        ("Tutorial", "other"),
    ],
)
def test_kinds_by_name(name, kind) -> None:
    assert naming.kind_of(name, naming.DEFAULT_KINDS) == kind


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("PyCon TW 2023*", "PyCon TW 2023 Registration: Individual", True),
        ("PyCon TW 2023*", "Before PyCon TW 2023", False),
        ("2023", "PyCon TW 2023 x", True),
        ("a.c", "abc", False),
        ("a?c", "abc", True),
        ("", "anything", False),
        (" ", "anything", False),
        ("*", "anything", True),
    ],
)
def test_patterns_as_an_organiser_writes_them(pattern, name, fits) -> None:
    assert naming.matches(pattern, name) is fits
