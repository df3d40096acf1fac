"""A sheet of guests to rows, with every mistake named. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from postlude.kernel import pseudonyms, redact, storable
from postlude.kernel.errors import BadAddress
from postlude.sources.guests.types import GuestRow
from postlude.sources.kktix.exports import columns
from postlude.sources.kktix.exports.reading import Sheet
from postlude.sources.kktix.exports.types import RowNote

FILE = "guests"
_COLUMNS = {
    "name": (
        "Name",
        "Full Name",
        "Guest",
        "姓名",
        "名字",
        "講者姓名",
        "聯絡人 姓名",
    ),
    "email": ("Email", "E-mail Address", "Mail", "電子郵件", "電子信箱", "信箱", "聯絡人 Email"),
    "phone": ("Phone", "Mobile", "Phone Number", "手機", "電話", "聯絡人 手機"),
    "role": ("Role", "Ticket", "Ticket Type", "Kind", "角色", "身分", "身份", "票種"),
    "locale": ("Locale", "Language", "語言", "語系"),
}
_LONGEST = 300
_LOCALES = {"zh": "zh-Hant", "zh-hant": "zh-Hant", "zh-tw": "zh-Hant", "en": "en", "ru": "ru"}
_LOCALES |= {"中文": "zh-Hant", "英文": "en", "chinese": "zh-Hant", "english": "en"}


def guests(
    sheet: Sheet, *, role: str, region: str
) -> tuple[list[GuestRow], list[RowNote], list[RowNote]]:
    """Return the rows, the mistakes and the warnings; `role` is for rows that name none,
    `region` whose phones may leave out the country.

    The same guest twice is one guest; twice with another role is a mistake.
    """
    places = columns.find(sheet.header, _COLUMNS)
    if "email" not in places:
        words = "There is no column with e-mail addresses."
        hint = "Call it email (電子郵件); the others may be name, phone, role, locale."
        return [], [RowNote(FILE, 1, "email", "missing_column", "", words, hint)], []
    found: dict[str, GuestRow] = {}
    errors: list[RowNote] = []
    warnings = _unknown_columns(sheet.header, places)
    for number, cells in sheet.rows:
        row = _row(number, cells, places, role)
        wrong = _mistakes(row, sheet.header, places)
        errors += wrong
        if wrong:
            continue
        row, without = _phone(row, sheet.header, places, region)
        warnings += without
        before = found.setdefault(pseudonyms.normalise_email(row.email), row)
        if before is not row:
            same = before.role == row.role
            (warnings if same else errors).append(_twice(row, before, same=same))
    return list(found.values()), errors, warnings


def _row(number: int, cells: Sequence[str], places: Mapping[str, int], role: str) -> GuestRow:
    def text(key: str) -> str:
        place = places.get(key)
        if place is None or place >= len(cells):
            return ""
        return " ".join(storable.text(cells[place]).split())

    locale = _LOCALES.get(text("locale").casefold(), text("locale"))
    name, email, phone = text("name"), text("email"), text("phone")
    return GuestRow(number, name, email, phone, text("role") or role, locale)


def _mistakes(row: GuestRow, header: Sequence[str], places: Mapping[str, int]) -> list[RowNote]:
    found = []
    try:
        pseudonyms.normalise_email(row.email)
    except BadAddress as bad:
        column, masked = header[places["email"]], redact.mask_email(row.email)
        found.append(RowNote(FILE, row.row, column, bad.code, masked, bad.text(), bad.hint))
    if row.locale and row.locale not in _LOCALES.values():
        words, hint = "This language is not known.", "Write zh-Hant, en or ru, or leave it empty."
        column = header[places["locale"]]
        found.append(RowNote(FILE, row.row, column, "unknown_locale", row.locale[:16], words, hint))
    if len(row.role) > _LONGEST:
        words, hint = "The role is too long.", f"At most {_LONGEST} letters."
        found.append(RowNote(FILE, row.row, header[places["role"]], "too_long", "", words, hint))
    return found


def _phone(
    row: GuestRow, header: Sequence[str], places: Mapping[str, int], region: str
) -> tuple[GuestRow, list[RowNote]]:
    """Leave out what cannot be a phone, and say so: the guest is let in all the same."""
    if not row.phone:
        return row, []
    try:
        pseudonyms.normalise_phone(row.phone, region)
    except BadAddress as bad:
        words = f"{bad.text()} The guest is kept without it."
        column, masked = header[places["phone"]], redact.mask_phone(row.phone)
        note = RowNote(FILE, row.row, column, "bad_phone", masked, words, bad.hint)
        return replace(row, phone=""), [note]
    return row, []


def _twice(row: GuestRow, before: GuestRow, *, same: bool) -> RowNote:
    masked = redact.mask_email(row.email)
    if same:
        words = f"The same guest as in row {before.row}; counted once."
        return RowNote(FILE, row.row, "email", "twice", masked, words, "Nothing to do.")
    words = f"The same guest as in row {before.row}, with another role."
    hint = "Keep one row; a guest who is both gets the role that opens more."
    return RowNote(FILE, row.row, "role", "twice_with_another_role", masked, words, hint)


def _unknown_columns(header: Sequence[str], places: Mapping[str, int]) -> list[RowNote]:
    unknown = [name for place, name in enumerate(header) if name and place not in places.values()]
    if not unknown:
        return []
    words = f"Not taken in: {', '.join(unknown)[:200]}."
    hint = "Known: name, email, phone, role, locale (姓名, 電子郵件, 手機, 角色, 語言)."
    return [RowNote(FILE, 1, "", "unknown_column", "", words, hint)]


def nobody() -> RowNote:
    """Say that there is no guest in the file; an empty list must not end everybody's access."""
    words, hint = "There is no guest in the file.", "Put one guest in each row below the header."
    return RowNote(FILE, 2, "", "no_rows", "", words, hint)
