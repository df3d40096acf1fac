# ruff: noqa: E501
"""The reference of facts files, written from the kinds: `python -m` this module prints it."""

import sys
from collections.abc import Iterator

from postlude.sources.history.mistakes import CODES
from postlude.sources.history.shape import KINDS, Kind

_INTRO = """\
# Facts files

<!-- Written by `make docs` from the kinds of facts; a test compares. -->

What [`postlude load`](../howto/load.md) reads: UTF-8, one JSON object a line (NDJSON), packed by gzip or not. Each has a `kind`,
and `null` is as good as left out. Lines may come in any order, also before those they name. A line is at most 64 KiB.

- **ids** are texts of at most 200 letters, or whole numbers, as the other system calls the thing. We keep them as keyed hashes, apart
  from the numbers of contacts, the cookies of browsers and the numbers of orders, by which others will ask for them.
- **instants** have their zone: `2026-03-10T10:05:00+08:00`. None is before 1990 or still to come.
- **amounts** are in major units, `1000` or `"12.50"`, in the organisation's currency.
- **the same line again** is known and changes nothing. The same id with other words is refused: what was first stays. (A contact
  is changed by [`PUT /api/v1/contacts`](http-api.md), not by a file.)
- **personal data** belongs to `contact` and `suppression` only. Elsewhere what looks like an e-mail or a phone is refused.
- fields marked *not read* are those that [an export](export.md) writes beside; they may stay in the file.

## Kinds
"""
_MISTAKES = """\
## What can be wrong with a line

`postlude load` names the line, the code and what to do, and writes the line to the rejects. All others are in.

| code | what | do |
|---|---|---|
"""


def render() -> str:
    """Return the page."""
    kinds = "\n".join(_kind(each) for each in KINDS.values())
    rows = "".join(
        f"| `{code}` | {words} | {hint} |\n" for code, (words, hint) in sorted(CODES.items())
    )
    return f"{_INTRO}\n{kinds}\n{_MISTAKES}{rows}"


def _kind(kind: Kind) -> str:
    named = " ".join(f"`{name}`" for name in kind.named_by)
    head = (
        f"### `{kind.name}`\n\n{kind.meaning[0].upper()}{kind.meaning[1:]}. Named by {named}.\n\n"
    )
    return f"{head}| field | type | meaning |\n|---|---|---|\n{''.join(_rows(kind))}"


def _rows(kind: Kind) -> Iterator[str]:
    unread = [f"`{each.name}`" for each in kind.fields if each.type == "any"]
    for each in kind.fields:
        if each.type != "any":
            must = " **(must)**" if each.required else ""
            names = f"; id of a `{each.ref}`" if each.ref and each.ref != each.name else ""
            yield f"| `{each.name}`{must} | {each.type} | {each.meaning}{names} |\n"
    if unread:
        yield f"| {' '.join(unread)} | any | not read |\n"


if __name__ == "__main__":
    sys.stdout.write(render())
