"""Columns are found by meaning: in the words of each year and language, and in any order."""

from zoneinfo import ZoneInfo

import pytest

from postlude.sources.kktix.exports import columns, reading, rows

ATTENDEES = {
    "2023": "Id,訂單編號,報名序號,檢查碼,票種,票券付款狀態,標籤,QR Code 序號,售出日期,票面價格,"
    "Nickname / 暱稱,聯絡人 姓名,聯絡人 Email,聯絡人 手機,Attendance Book",
    "another order": "聯絡人 Email,聯絡人 手機,票面價格,Id,票種,訂單編號,聯絡人 姓名,票券付款狀態,"
    "報名序號,售出日期",
    "other Chinese words": "參加者編號,訂單號碼,報名序號,票券種類,付款狀態,付款日期,票價,"
    "聯絡人 姓名,聯絡人 電子郵件,聯絡人 手機",
    "English": "Attendee Id,Order Number,Registration Number,Ticket Name,Ticket Payment Status,"
    "Sold At,Ticket Price,Contact Name,Contact Email,Contact Mobile",
    "English, terse": "ID,order_no.,Reg. No.,TICKET,payment status,Paid Date,price,"
    "contact name,CONTACT EMAIL,contact phone",
}
VALUES = {
    "id": "7",
    "order_number": "100",
    "reg_no": "2",
    "ticket_type": "一般票",
    "payment": "paid",
    "sold_at": "2023-04-22",
    "price": "2790.0",
    "name": "王小明",
    "email": "ann@example.test",
    "phone": "0912345678",
}


@pytest.mark.parametrize("year", ATTENDEES)
def test_the_columns_of_every_year_are_found(year: str) -> None:
    header = ATTENDEES[year].split(",")
    places = columns.find(header, columns.ATTENDEE)
    assert VALUES.keys() == places.keys()
    cells = [""] * len(header)
    for name, place in places.items():
        cells[place] = VALUES[name]
    text = ATTENDEES[year] + "\n" + ",".join(cells) + "\n"

    sheet = reading.read(text.encode(), "attendees")
    (row,), notes = rows.attendees(sheet, ZoneInfo("Asia/Taipei"), "TWD")

    assert [] == notes
    found = (row.external_id, row.order_number, row.ticket_type, row.paid, row.price.minor)
    assert ("7", "100", "一般票", True, 279_000) == found
    assert {"王小明", "ann@example.test", "0912345678"} <= {each for _, each in row.answers}


def test_a_question_of_another_year_is_an_answer_and_no_mistake() -> None:
    header = ATTENDEES["2023"].replace("Nickname / 暱稱", "First time at PyCon? / 第一次來嗎")
    line = "7,100,2,AB,一般票,paid,,qr,2023-04-22,2790.0,yes,王小明,ann@example.test,0912345678,"
    sheet = reading.read(f"{header}\n{line}\n".encode(), "attendees")
    (row,), notes = rows.attendees(sheet, ZoneInfo("Asia/Taipei"), "TWD")
    assert [] == notes
    assert ("First time at PyCon? / 第一次來嗎", "yes") in row.answers
