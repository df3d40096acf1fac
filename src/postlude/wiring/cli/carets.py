"""A line of text with carets under a part of it."""

from collections.abc import Iterator

from rich.cells import cell_len


def marked(text: str, start: int, end: int) -> Iterator[str]:
    """Yield the line in which `start` lies, and a line that marks it there, to `end` (left out).

    Carets are counted in columns of a terminal: a Chinese character has two. Where there is nothing
    to mark stands one caret.
    """
    begin, stop = text.rfind("\n", 0, start) + 1, text.find("\n", start)
    line = text[begin : stop if stop >= 0 else len(text)]
    before = cell_len(_visible(text[begin:start]))
    width = cell_len(_visible(text[start : min(end, begin + len(line))]))
    yield _visible(line)
    yield " " * before + "^" * max(1, width)


def _visible(text: str) -> str:
    return "".join(char if char.isprintable() else "·" for char in text)
