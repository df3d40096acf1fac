"""What we answer to an interaction, in Discord's shapes. Pure."""

from collections.abc import Sequence
from typing import Any

from postlude.chatops.texts import cut

Reply = dict[str, Any]

PONG: Reply = {"type": 1}
YES = "yes"
MOST_CHOICES = 25
_LONGEST_CHOICE = 100
_PRIVATE = 64
_NO_PREVIEWS = 4
_ROW, _BUTTON, _GREEN, _GREY = 1, 2, 3, 2


def message(text: str, *, private: bool = False, buttons: Sequence[Reply] = ()) -> Reply:
    """Answer at once."""
    return {"type": 4, "data": {**content(text, buttons=buttons), "flags": _flags(private=private)}}


def later(*, private: bool) -> Reply:
    """Promise an answer; Discord shows that we think."""
    return {"type": 5, "data": {"flags": _flags(private=private)}}


def instead(text: str) -> Reply:
    """Replace the message whose button was pressed; its buttons go away."""
    return {"type": 7, "data": content(text)}


def choices(found: Sequence[tuple[str, str]]) -> Reply:
    """Offer (label, value) pairs while somebody types; at most 25."""
    listed = [
        {"name": cut(label, _LONGEST_CHOICE), "value": value}
        for label, value in found[:MOST_CHOICES]
        if len(value) <= _LONGEST_CHOICE
    ]
    return {"type": 8, "data": {"choices": listed}}


def content(text: str, *, buttons: Sequence[Reply] = ()) -> Reply:
    """Return the content of a message: nobody is pinged, whatever the text says."""
    row = [{"type": _ROW, "components": list(buttons)}] if buttons else []
    return {"content": cut(text), "allowed_mentions": {"parse": []}, "components": row}


def button(label: str, custom_id: str, *, main: bool = False) -> Reply:
    """Return one button."""
    style = _GREEN if main else _GREY
    return {"type": _BUTTON, "style": style, "label": label, "custom_id": custom_id}


def yes(label: str, request: int) -> Reply:
    """Return the button that lets a request go on."""
    return button(label, f"{YES}:{request}", main=True)


def _flags(*, private: bool) -> int:
    return _NO_PREVIEWS | (_PRIVATE if private else 0)
