"""Popups as they are kept, and what can be wrong with one. Pure."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from postlude.messages import api as messages
from postlude.messages.errors import BadTemplate
from postlude.popups import addresses, patterns
from postlude.popups.types import Content, Popup, Target, Trigger

# All that the texts of a popup may name. Nothing that says who somebody is: whoever knows the
# number of a member can say that it is theirs.
SAMPLE: Mapping[str, Any] = {"member": {"known": True, "level": "gold"}}
_LONGEST = {"title": 120, "text": 600, "picture_words": 200, "button": 40}
_ADDRESSES = ("picture", "link")
_MOST_SECONDS = 3_600


def problems(popup: Popup) -> list[tuple[tuple[str, ...], str, str]]:
    """Return what is wrong, each with its place in the popup, and how to mend it."""
    return [*_texts(popup), *_when(popup)]


def _texts(popup: Popup) -> Iterator[tuple[tuple[str, ...], str, str]]:
    if not popup.contents:
        yield ("content",), "it says nothing", "Give it a title in one language at least."
    for locale, content in popup.contents.items():
        at = ("content", locale)
        for part in (*_LONGEST, *_ADDRESSES):
            source = getattr(content, part)
            if len(source) > _LONGEST.get(part, 1_000):
                words = f"the {part} is longer than {_LONGEST.get(part, 1_000)} letters"
                yield (*at, part), words, "Say it in fewer words."
            if source:
                yield from _source(locale, at, part, source)
        if not content.title.strip():
            yield (*at, "title"), "it has no title", "It is what is read first, also aloud."
        if bool(content.button) != bool(content.link):
            words = "a button and its link go together"
            yield at, words, "Give `button` and `link`, or neither."
        if content.picture and not content.picture_words:
            words = "the picture says nothing to whoever does not see it"
            yield (*at, "picture"), words, "Say in `picture_words` what it shows."


def _source(
    locale: str, at: tuple[str, ...], part: str, source: str
) -> Iterator[tuple[tuple[str, ...], str, str]]:
    try:
        messages.check_fragment(locale, part, source, SAMPLE)
    except BadTemplate as error:
        yield (*at, part), str(error.fields["problem"]), error.hint
        return
    if part in _ADDRESSES and not addresses.may_become_safe(source):
        words = f"the {part} does not lead to a web page"
        yield (*at, part), words, "Write https://…, or a path of your site that begins with /."


def _when(popup: Popup) -> Iterator[tuple[tuple[str, ...], str, str]]:
    if popup.starts and popup.ends and popup.ends <= popup.starts:
        yield ("ends",), "it ends before it starts", "Swap the two."
    for pattern in popup.trigger.pages:
        if found := patterns.problem(pattern):
            yield ("when", "pages"), found, "`*` stands for anything."
    if popup.trigger.seconds > _MOST_SECONDS:
        yield ("when",), "nobody stays on a page for more than an hour", "Wait for less."
    if not 0 < popup.share <= 1:
        yield ("share",), "the share is above 0 and at most 100", "Or take `active: false`."


def to_json(popup: Popup) -> dict[str, Any]:
    """Return a popup as it is kept."""
    return {
        **asdict(popup),
        "contents": {locale: asdict(each) for locale, each in popup.contents.items()},
        "starts": popup.starts.isoformat() if popup.starts else None,
        "ends": popup.ends.isoformat() if popup.ends else None,
        "trigger": {
            **asdict(popup.trigger),
            "pages": list(popup.trigger.pages),
            "events": list(popup.trigger.events),
        },
        "target": {
            "levels": sorted(popup.target.levels),
            "tags": sorted(popup.target.tags),
            "has_line": popup.target.has_line,
        },
    }


def from_json(kept: Mapping[str, Any]) -> Popup:
    """Return a popup as it was kept."""
    trigger, target = kept["trigger"], kept["target"]
    return Popup(
        **{
            **kept,
            "contents": {locale: Content(**each) for locale, each in kept["contents"].items()},
            "starts": _instant(kept["starts"]),
            "ends": _instant(kept["ends"]),
            "trigger": Trigger(
                **{
                    **trigger,
                    "pages": tuple(trigger["pages"]),
                    "events": tuple(trigger["events"]),
                }
            ),
            "target": Target(
                frozenset(target["levels"]), frozenset(target["tags"]), target["has_line"]
            ),
        }
    )


def digest(popup: Popup) -> str:
    """Return what tells two definitions apart."""
    plain = json.dumps(to_json(popup), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(plain.encode()).hexdigest()


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
