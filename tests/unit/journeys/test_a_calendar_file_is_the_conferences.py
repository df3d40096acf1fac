"""The .ics: RFC 5545, the same entry for everybody, nothing personal."""

from datetime import UTC, datetime, timedelta

import icalendar
import pytest

from postlude.journeys import calendars
from postlude.orders.types import ConferenceRef
from postlude.orgs.types import OrgRef

NOW = datetime(2023, 8, 1, 12, 0, 0, 123, tzinfo=UTC)
ORG = OrgRef(1, "pycontw", "PyCon Taiwan", "Asia/Taipei", "TWD", "zh-Hant", "TW")
LONG = "PyCon TW 2023：台灣 Python 年會，" + "一個很長的名字、還有逗號, 分號; 與反斜線\\ " * 4


def conference(name: str = "PyCon TW 2023", **changes: object) -> ConferenceRef:
    starts = datetime(2023, 9, 2, 1, tzinfo=UTC)
    facts = {"starts_at": starts, "ends_at": starts + timedelta(days=1, hours=9), **changes}
    return ConferenceRef(7, "pycontw-2023", name, "*", **facts)  # type: ignore[arg-type]


def written(name: str = "PyCon TW 2023", org: OrgRef = ORG, **changes: object) -> bytes:
    about = conference(name, **changes)
    return calendars.write(
        org, about, place="中央研究院, 台北", website="https://tw.pycon.org/2023", now=NOW
    )


def entry(file: bytes) -> icalendar.Event:
    (found,) = icalendar.Calendar.from_ical(file).walk("VEVENT")
    return found


def test_it_says_when_what_and_where() -> None:
    it = entry(written())
    assert datetime(2023, 9, 2, 1, tzinfo=UTC) == it.decoded("dtstart")
    assert datetime(2023, 9, 3, 10, tzinfo=UTC) == it.decoded("dtend")
    assert b"DTSTART:20230902T010000Z" in written()
    assert "PyCon TW 2023" == str(it["summary"])
    assert "中央研究院, 台北" == str(it["location"])
    assert "https://tw.pycon.org/2023" == str(it["url"])
    assert datetime(2023, 8, 1, 12, tzinfo=UTC) == it.decoded("dtstamp")


def test_lines_are_folded_and_end_as_the_standard_says() -> None:
    """75 octets at most, and no character is cut in two."""
    file = written(LONG)
    assert file.endswith(b"\r\n")
    assert b"\n" not in file.replace(b"\r\n", b"")
    assert 75 >= max(len(line) for line in file.split(b"\r\n"))
    for line in file.split(b"\r\n"):
        line.decode("utf-8")
    assert LONG == str(entry(file)["summary"])


def test_a_name_with_a_line_break_writes_no_line_of_its_own() -> None:
    file = written("A\r\nATTENDEE:mailto:eve@example.test")
    assert b"\r\nATTENDEE" not in file
    assert "attendee" not in {key.lower() for key in entry(file)}


def test_it_is_the_same_entry_whatever_changes() -> None:
    """Other dates and another name move the entry; another conference is another one."""
    first = str(entry(written())["uid"])
    moved = written("Another name", starts_at=datetime(2023, 9, 9, tzinfo=UTC), ends_at=NOW)
    assert first == str(entry(moved)["uid"])
    other = OrgRef(2, "pyconjp", "PyCon JP", "Asia/Tokyo", "JPY", "ja", "JP")
    assert first != str(entry(written(org=other))["uid"])


def test_nobody_is_named_in_it() -> None:
    names = {key.upper() for key in entry(written())}
    assert {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "LOCATION", "URL"} == names


@pytest.mark.parametrize(
    ("slug", "name"), [("pycon-2023", "pycon-2023"), ("年會", "conference"), ("a/../b", "ab")]
)
def test_its_name_is_plain(slug: str, name: str) -> None:
    assert name == calendars._plain(slug)
