"""Bytes of a CSV file to rows of cells, whatever program saved it."""

import csv
import io
from dataclasses import dataclass

from postlude.kernel.errors import N_, BadInput

MOST_BYTES = 100_000_000
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_GUESSES = ("utf-8", "cp950")


class UnreadableFile(BadInput):
    """The file is not a CSV export."""

    code = "unreadable_file"
    message = N_("The {file} file is not a CSV export: {why}.")
    hint = "Export it again from KKTIX as CSV, and do not open it in between."


@dataclass(frozen=True, slots=True)
class Sheet:
    """A header and its rows; `rows` are (number as in a spreadsheet, cells)."""

    header: list[str]
    rows: list[tuple[int, list[str]]]


def decode(raw: bytes, file: str) -> str:
    """Return the text: by its mark, else UTF-8, else Big5 as Excel in Taiwan saves it."""
    if len(raw) > MOST_BYTES:
        raise UnreadableFile(file=file, why=f"it has more than {MOST_BYTES // 10**6} MB")
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return _decode(raw, encoding, file)
    for encoding in _GUESSES:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableFile(file=file, why="its letters are neither UTF-8, UTF-16 nor Big5")


def _decode(raw: bytes, encoding: str, file: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        raise UnreadableFile(file=file, why=f"it says {encoding} and is not") from None


def read(raw: bytes, file: str) -> Sheet:
    """Read a sheet; raises UnreadableFile for what is none (empty, HTML, binary)."""
    text = decode(raw, file)
    if text.lstrip()[:1] == "<":
        raise UnreadableFile(file=file, why="it is a web page (was the login lost?)")
    if "\x00" in text:
        raise UnreadableFile(file=file, why="it is binary (an .xlsx?)")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        rows = list(enumerate(reader, start=1))
    except csv.Error as error:
        raise UnreadableFile(file=file, why=f"line {reader.line_num}: {error}") from None
    filled = [(row, cells) for row, cells in rows if any(cell.strip() for cell in cells)]
    if not filled:
        raise UnreadableFile(file=file, why="it is empty")
    return Sheet([cell.strip() for cell in filled[0][1]], filled[1:])


def _delimiter(text: str) -> str:
    first = text.split("\n", 1)[0]
    return max(",;\t", key=first.count)
