"""Reading what a page asks of popups: nothing in it is trusted. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from postlude.collector.batches import WORDS, Wrong, read_id, read_json, read_name
from postlude.kernel import storable
from postlude.kernel.errors import BadInput
from postlude.people import api as people

_MOST_NAMES, _LONGEST_NAME, _LONGEST_LANGUAGE = 20, 63, 35


@dataclass(frozen=True, slots=True)
class Asker:
    """The browser that asks, as it calls itself; `consent` is None where the page does not say."""

    cid: str
    member: str
    consent: bool | None


@dataclass(frozen=True, slots=True)
class Fetching:
    """A page wants to know what these popups would say."""

    asker: Asker
    slugs: tuple[str, ...]
    language: str


@dataclass(frozen=True, slots=True)
class Showing:
    """A page is about to show a popup; `uid` is its id of that."""

    asker: Asker
    uid: str
    pass_: str


def read_fetching(body: bytes) -> Fetching:
    """Read a body; raise BadInput."""
    given = read_json(body)
    wanted = given.get("popups")
    if not isinstance(wanted, list) or not 0 < len(wanted) <= _MOST_NAMES:
        raise BadInput(
            "There are no popups in it, or too many.", hint=f"Name 1 to {_MOST_NAMES} of them."
        )
    names = tuple(_text(each, _LONGEST_NAME) for each in wanted)
    language = given.get("language")
    spoken = _text(language, _LONGEST_LANGUAGE) if isinstance(language, str) else ""
    return Fetching(_asker(given), names, spoken)


def read_showing(body: bytes, *, now: datetime) -> Showing:
    """Read a body; raise BadInput."""
    given = read_json(body)
    try:
        uid, _ = read_id(given.get("id"), now)
    except Wrong as wrong:
        raise BadInput("The id of the show cannot be used.", hint=WORDS[wrong.code]) from None
    pass_ = given.get("pass")
    if not isinstance(pass_, str):
        raise BadInput("There is no pass in it.", hint="Fetch the popup first: it comes with one.")
    return Showing(_asker(given), uid, pass_)


def _asker(given: Mapping[str, Any]) -> Asker:
    ignored: list[str] = []
    consent = given.get("consent")
    return Asker(
        read_name(given, "cid", people.is_cid, ignored),
        read_name(given, "member", people.is_member, ignored),
        consent if isinstance(consent, bool) else None,
    )


def _text(value: Any, longest: int) -> str:
    text = storable.text(value) if isinstance(value, str) else ""
    if len(text) > longest:
        raise BadInput("A name in it is too long.", hint=f"At most {longest} letters.")
    return text
