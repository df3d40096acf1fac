"""Sheets to typed rows, with every mistake named: row, column, what, and what to do."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from postlude.kernel import redact, storable
from postlude.kernel.errors import MoneyError
from postlude.kernel.money import Money
from postlude.sources.kktix import readings
from postlude.sources.kktix.exports import columns
from postlude.sources.kktix.exports.reading import Sheet
from postlude.sources.kktix.exports.types import AttendeeRow, OrderRow, RowNote

_LONGEST_NUMBER = 19
_TIMES = (
    "%Y/%m/%d %H:%M:%S",
    "%Y-%m-%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d",
    "%Y-%m-%d",
    "%Y-%m-%d %H:%M:%S %z",
    "%Y-%m-%dT%H:%M:%S%z",
    "%Y-%m-%dT%H:%M:%S.%f%z",
)


class _Wrong(Exception):
    def __init__(self, column: str, code: str, value: str, words: str, hint: str) -> None:
        self.note = (column, code, redact.mask_name(value), words, hint)


def parse_time(text: str, zone: ZoneInfo) -> datetime | None:
    """Read a time of an export; naive ones are the organisation's. None when empty.

    A time that the clock change repeats is its first occurrence (fold 0), one that it skips is
    taken as before the change.
    """
    text = text.strip()
    if not text:
        return None
    for form in _TIMES:
        try:
            when = datetime.strptime(text, form)  # noqa: DTZ007 - the zone follows
        except ValueError:
            continue
        return storable.instant(when if when.tzinfo else when.replace(tzinfo=zone))
    raise ValueError(text)


class _Cells:
    """One row by column name."""

    def __init__(self, places: Mapping[str, int], header: list[str], cells: list[str]) -> None:
        self._places, self._header, self._cells = places, header, cells

    def text(self, key: str) -> str:
        return self.raw(key).strip()

    def raw(self, key: str) -> str:
        """Return a cell as it stands there, blanks and all: old tables have hashed it like that."""
        place = self._places.get(key)
        return "" if place is None or place >= len(self._cells) else self._cells[place]

    def holds(self, key: str, place: int) -> bool:
        return self._places.get(key) == place

    def column(self, key: str) -> str:
        place = self._places.get(key)
        return key if place is None else self._header[place]

    def needed(self, key: str) -> str:
        value = self.text(key)
        if not value:
            raise _Wrong(self.column(key), "empty", "", "The cell is empty.", "Fill it in.")
        return value

    def number(self, key: str) -> str:
        value = self.needed(key)
        if not value.isdecimal() or not value.isascii() or len(value) > _LONGEST_NUMBER:
            hint = "Excel may have turned it into 1.0E+08: format the column as text."
            raise _Wrong(self.column(key), "not_a_number", value, "This is not a number.", hint)
        return value

    def time(self, key: str, zone: ZoneInfo) -> datetime | None:
        try:
            return parse_time(self.text(key), zone)
        except ValueError as error:
            raise _Wrong(
                self.column(key),
                "bad_time",
                str(error),
                "This is not a time.",
                "Write it as 2023/04/22 15:47:04.",
            ) from None

    def money(self, key: str, currency: str) -> Money:
        value = self.text(key) or "0"
        try:
            return Money.parse(value, currency)
        except MoneyError:
            raise _Wrong(
                self.column(key),
                "bad_money",
                value,
                "This is not an amount.",
                "Write 2790 or 2790.0.",
            ) from None

    def one_of(self, key: str, yes: frozenset[str], no: frozenset[str]) -> bool:
        value = self.text(key).casefold()
        if value in yes or value in no:
            return value in yes
        raise _Wrong(
            self.column(key),
            "unknown_word",
            value,
            "This state is not known.",
            "Known: " + ", ".join(sorted(yes | no - {""})) + ".",
        )


def missing_columns(sheet: Sheet, file: str) -> list[RowNote]:
    """Return a note per column that must be there and is not; the files swapped is one note."""
    names, needed = (
        (columns.ATTENDEE, columns.ATTENDEE_NEEDED)
        if file == "attendees"
        else (columns.ORDER, columns.ORDER_NEEDED)
    )
    places = columns.find(sheet.header, names)
    gone = [key for key in needed if key not in places]
    other = columns.find(sheet.header, columns.ORDER if file == "attendees" else columns.ATTENDEE)
    if len(gone) > 1 and {"state", "id"} & set(other):
        words = f"This is the other export, not the {file} one."
        return [RowNote(file, 1, "", "files_swapped", "", words, "Give the attendees first.")]
    return [
        RowNote(
            file,
            1,
            names[key][0],
            "missing_column",
            "",
            f"The column “{names[key][0]}” is missing.",
            f"It may also be called {', '.join(names[key][1:3])}.",
        )
        for key in gone
    ]


def attendees(
    sheet: Sheet, zone: ZoneInfo, currency: str
) -> tuple[list[AttendeeRow], list[RowNote]]:
    """Return the rows that are good, and a note for each mistake."""
    places = columns.find(sheet.header, columns.ATTENDEE)
    own = {columns.fold(name) for name in columns.ATTENDEE_OWN}
    contact = {places.get(key) for key in ("name", "email", "phone")}
    core = set(places.values()) - contact
    asked = [
        (place, label)
        for place, label in enumerate(sheet.header)
        if place not in core and columns.fold(label) not in own
    ]
    good: list[AttendeeRow] = []
    notes: list[RowNote] = []
    seen: dict[str, int] = {}
    for number, cells in sheet.rows:
        try:
            _check_length(sheet, cells)
            row = _attendee(
                number, _Cells(places, sheet.header, cells), cells, asked, zone, currency
            )
            _check_double(row.external_id, seen, sheet.header[places["id"]])
        except _Wrong as wrong:
            notes.append(RowNote("attendees", number, *wrong.note))
        else:
            seen[row.external_id] = number
            good.append(row)
    return good, notes


def _attendee(  # noqa: PLR0913, PLR0917 - a row and what it takes to read it
    number: int,
    cells: _Cells,
    raw: list[str],
    asked: list[tuple[int, str]],
    zone: ZoneInfo,
    currency: str,
) -> AttendeeRow:
    return AttendeeRow(
        row=number,
        external_id=cells.number("id"),
        order_number=cells.number("order_number"),
        reg_no=readings.reg_no(cells.text("reg_no")),
        ticket_type=readings.text(cells.needed("ticket_type")),
        paid=cells.one_of("payment", columns.PAID, columns.UNPAID),
        price=cells.money("price", currency),
        sold_at=cells.time("sold_at", zone),
        name=cells.text("name"),
        email=cells.raw("email"),
        phone=cells.text("phone"),
        answers=tuple(
            (label, raw[place] if cells.holds("email", place) else raw[place].strip())
            for place, label in asked
        ),
    )


def orders(sheet: Sheet, zone: ZoneInfo, currency: str) -> tuple[list[OrderRow], list[RowNote]]:
    """Return the rows that are good, and a note for each mistake."""
    places = columns.find(sheet.header, columns.ORDER)
    good: list[OrderRow] = []
    notes: list[RowNote] = []
    for number, cells in sheet.rows:
        try:
            _check_length(sheet, cells)
            good.append(_order(number, _Cells(places, sheet.header, cells), zone, currency))
        except _Wrong as wrong:
            notes.append(RowNote("orders", number, *wrong.note))
    return good, notes


def _order(number: int, cells: _Cells, zone: ZoneInfo, currency: str) -> OrderRow:
    refunded = cells.money("refunded", currency)
    return OrderRow(
        row=number,
        number=cells.number("number"),
        cancelled=cells.one_of("state", columns.CANCELLED, columns.ALIVE),
        paid=cells.one_of("payment", columns.PAID, columns.UNPAID | columns.CANCELLED),
        paid_at=cells.time("paid_at", zone),
        cancelled_at=cells.time("cancelled_at", zone),
        refunded_at=cells.time("refunded_at", zone),
        refunded=Money(abs(refunded.minor), refunded.currency) if refunded.minor else None,
        payment_method=readings.text(cells.text("method"), 32),
        name=cells.text("name"),
        email=cells.text("email"),
        phone=cells.text("phone"),
    )


def _check_double(external_id: str, seen: Mapping[str, int], column: str) -> None:
    if external_id in seen:
        words = f"The same attendee stands in row {seen[external_id]}."
        raise _Wrong(column, "double", "", words, "Remove one of the two.")


def _check_length(sheet: Sheet, cells: list[str]) -> None:
    if len(cells) != len(sheet.header):
        raise _Wrong(
            "",
            "wrong_length",
            "",
            f"The row has {len(cells)} cells, the header {len(sheet.header)}.",
            "A comma or a line break inside a cell must stand in quotes.",
        )
