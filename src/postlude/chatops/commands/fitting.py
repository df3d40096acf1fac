"""Making an answer fit into Discord's 2,000 characters: the rest goes into a file. Pure."""

import re
from collections.abc import Sequence

from django.utils.translation import ngettext

from postlude.chatops.commands.shape import Answer, File
from postlude.chatops.texts import LONGEST_DISCORD

# What Discord would take for formatting, a mention or a heading.
_MARKS = re.compile(r"([\\*_~`|<\[])")
_AT_START = re.compile(r"^(\s*)([#>+-])")


def plain(text: str) -> str:
    """Return a name as Discord will show it: on one line, letter by letter."""
    one_line = " ".join(text.split())
    return _AT_START.sub(r"\1\\\2", _MARKS.sub(r"\\\1", one_line))


def fit(head: Sequence[str], lines: Sequence[str], *, name: str) -> Answer:
    """Return head and lines as one message; where they do not fit, as many whole lines as do,
    how many more there are, and all of them in a file.
    """
    whole = "\n".join([*head, *lines])
    if len(whole) <= LONGEST_DISCORD:
        return Answer(whole)
    kept: list[str] = []
    room = LONGEST_DISCORD - len("\n".join(head)) - len(_more(len(lines))) - 2
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            break
        kept.append(line)
    text = "\n".join([*head, *kept, _more(len(lines) - len(kept))])
    return Answer(text, File(f"{name}.txt", ("\ufeff" + unmarked(whole)).encode()))


def unmarked(text: str) -> str:
    """Take the escapes out again: a file shows every letter as it is."""
    return re.sub(r"\\([\\*_~`|<\[#>+-])", r"\1", text)


def _more(count: int) -> str:
    words = ngettext(
        "… {count} more; the file has them all",
        "… {count} more; the file has them all",
        count,
    )
    return words.format(count=count)
