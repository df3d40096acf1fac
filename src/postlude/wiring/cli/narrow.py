"""Tables for whatever width there is: columns while no word is cut, else one below another."""

import textwrap
from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.markup import render
from rich.table import Table
from rich.text import Text

_FRAME = 3  # a column's two blanks and its line
_INDENT = "  "
Row = Sequence[str]


def table(title: str, columns: Sequence[str], rows: Sequence[Row], width: int) -> Table | Text:
    """Return something rich can print in so many cells, without a heading or a word cut off."""
    longest = [
        max(map(_longest_word, [name, *cells])) for name, *cells in _by_column(columns, rows)
    ]
    if sum(longest) + _FRAME * len(columns) + 1 <= width:
        return _columns(title, columns, rows, longest)
    return _stacked(title, columns, rows, width)


def _by_column(columns: Sequence[str], rows: Sequence[Row]) -> list[list[str]]:
    return [[name, *(row[place] for row in rows)] for place, name in enumerate(columns)]


def _longest_word(markup: str) -> int:
    return max((cell_len(each) for each in render(markup).plain.split()), default=0)


def _columns(
    title: str, columns: Sequence[str], rows: Sequence[Row], longest: Sequence[int]
) -> Table:
    grid = Table(title=title, title_justify="left", header_style="bold")
    for name, least in zip(columns, longest, strict=True):
        grid.add_column(name, min_width=least, overflow="fold")
    for row in rows:
        grid.add_row(*row)
    return grid


def _stacked(title: str, columns: Sequence[str], rows: Sequence[Row], width: int) -> Text:
    """One paragraph a row: its first cell, then each heading with its value; nothing is left out
    but what is empty.
    """
    lines: list[Text] = [Text.from_markup(title, style="italic")]
    for row in rows:
        cells = [render(cell).plain for cell in row]
        lines.append(Text(f"{columns[0]} {cells[0]}".strip(), style="bold"))
        lines += [Text(each) for each in _pairs(columns[1:], cells[1:], width)]
    return Text("\n").join(lines)


def _pairs(columns: Sequence[str], cells: Sequence[str], width: int) -> Iterator[str]:
    line = ""
    for name, cell in zip(columns, cells, strict=True):
        if not cell:
            continue
        pair = f"{name} {cell}".strip()
        if line and cell_len(_INDENT + line) + cell_len(pair) + 3 > width:
            yield _INDENT + line
            line = ""
        line = f"{line} · {pair}" if line else pair
        if cell_len(_INDENT + line) > width:
            *whole, line = textwrap.wrap(line, width - len(_INDENT))
            yield from (_INDENT + each for each in whole)
    if line:
        yield _INDENT + line
