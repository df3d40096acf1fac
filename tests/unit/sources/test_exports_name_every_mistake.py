"""An export is read in any encoding and language; each mistake is named by row, column and fix."""

from zoneinfo import ZoneInfo

import pytest

from postlude.sources.kktix.exports import reading, rows
from postlude.sources.kktix.exports.reading import UnreadableFile

ZONE = ZoneInfo("Asia/Taipei")
CHINESE = (
    "Id,訂單編號,報名序號,檢查碼,票種,票券付款狀態,標籤,QR Code 序號,售出日期,票面價格,"
    "Nickname / 暱稱,聯絡人 姓名,聯絡人 Email,聯絡人 手機,Attendance Book\n"
)
GOOD = "1,100,2,AB,一般票,paid,,qr,2023-04-22,2790.0,Ann,王小明,ann@example.test,0912345678,\n"
ENGLISH = (
    "Id,Order Number,Registration Number,Check-in Code,Ticket Type,Payment Status,Tags,QR Code,"
    "Sold Date,Price,Nickname,Contact Name,Contact Email,Contact Mobile,Attendance Book\n"
)


def parse(text: str) -> tuple[list[rows.AttendeeRow], list[rows.RowNote]]:
    return rows.attendees(reading.read(text.encode(), "attendees"), ZONE, "TWD")


@pytest.mark.parametrize("header", [CHINESE, ENGLISH], ids=["chinese", "english"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp950"])
def test_any_language_and_encoding(header: str, encoding: str) -> None:
    sheet = reading.read((header + GOOD).encode(encoding), "attendees")
    (row,), notes = rows.attendees(sheet, ZONE, "TWD")
    assert [] == notes
    assert ("1", "100", "一般票", True, 279000) == (
        row.external_id,
        row.order_number,
        row.ticket_type,
        row.paid,
        row.price.minor,
    )
    assert "2023-04-21T16:00:00+00:00" == row.sold_at.astimezone(ZoneInfo("UTC")).isoformat()
    labels = [label for label, _ in row.answers]
    assert any(label.startswith("Nickname") for label in labels)
    assert "ann@example.test" in dict(row.answers).values()
    assert not any("QR" in label or "檢查碼" in label for label in labels)


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        (
            "x,100,2,AB,一般票,paid,,qr,2023-04-22,2790.0,Ann,王,a@x.test,09,\n",
            "not_a_number",
            "Id",
        ),
        (",100,2,AB,一般票,paid,,qr,2023-04-22,2790.0,Ann,王,a@x.test,09,\n", "empty", "Id"),
        (
            "1,1.0E+08,2,AB,一般票,paid,,qr,2023-04-22,2790.0,Ann,王,a@x.test,09,\n",
            "not_a_number",
            "訂單編號",
        ),
        (
            "1,100,2,AB,一般票,maybe,,qr,2023-04-22,2790.0,Ann,王,a@x.test,09,\n",
            "unknown_word",
            "票券付款狀態",
        ),
        (
            "1,100,2,AB,一般票,paid,,qr,yesterday,2790.0,Ann,王,a@x.test,09,\n",
            "bad_time",
            "售出日期",
        ),
        (
            "1,100,2,AB,一般票,paid,,qr,2023-04-22,free!,Ann,王,a@x.test,09,\n",
            "bad_money",
            "票面價格",
        ),
        ("1,100,2,AB,一般票,paid,,qr\n", "wrong_length", ""),
    ],
)
def test_a_mistake_is_named(row: str, code: str, column: str) -> None:
    good, notes = parse(CHINESE + GOOD.replace("1,100", "9,900") + row)
    assert ["9"] == [each.external_id for each in good]
    (note,) = notes
    assert (3, code, column) == (note.row, note.code, note.column)
    assert note.hint
    assert "a@x.test" not in note.masked


def test_every_mistake_is_told_at_once() -> None:
    _, notes = parse(CHINESE + GOOD + GOOD + "x,y\n")
    assert ["double", "wrong_length"] == [note.code for note in notes]


@pytest.mark.parametrize("raw", [b"", b"<html><h1>403</h1>", b"PK\x03\x04\x00\x00", b"\n\n"])
def test_what_is_no_export_is_refused(raw: bytes) -> None:
    with pytest.raises(UnreadableFile) as caught:
        reading.read(raw, "attendees")
    assert caught.value.hint


def test_missing_columns_are_named_together() -> None:
    notes = rows.missing_columns(reading.read(b"Id,Name\n1,x\n", "attendees"), "attendees")
    assert {"missing_column"} == {note.code for note in notes}
    assert 5 == len(notes)


def test_swapped_files_are_noticed() -> None:
    sheet = reading.read("訂單編號,票券狀態,付款狀態\n1,activated,已繳費\n".encode(), "attendees")
    (note,) = rows.missing_columns(sheet, "attendees")
    assert "files_swapped" == note.code
