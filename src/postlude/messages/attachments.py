"""Files that go with a mail: rooms above make them for a batch, when it is rendered.

A message asks for them by name, in its context: `{"attach": ["calendar"]}`.
"""

from collections.abc import Callable, Mapping, Sequence

from postlude.messages.types import Attachment, Leased

ASKED = "attach"
Maker = Callable[[int, Sequence[Leased]], Mapping[int, Attachment]]
_makers: dict[str, Maker] = {}


def register(name: str, maker: Maker) -> None:
    """Let `maker` make what messages ask for as `name`; a later call replaces an earlier one."""
    _makers[name] = maker


def of(org: int, leased: Sequence[Leased]) -> dict[int, tuple[Attachment, ...]]:
    """Return the files of each message that has any; each maker is asked once."""
    made: dict[int, tuple[Attachment, ...]] = {}
    names = sorted({name for it in leased for name in it.context.get(ASKED, ())} & set(_makers))
    for name in names:
        asking = [it for it in leased if name in it.context.get(ASKED, ())]
        for message, file in _makers[name](org, asking).items():
            made[message] = (*made.get(message, ()), file)
    return made
