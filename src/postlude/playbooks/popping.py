"""Popups of a playbook in the words of their room, and what is wrong with them. Pure."""

from collections.abc import Iterator
from typing import Any

from postlude.playbooks import definitions, popups, shape
from postlude.playbooks.reading import Document, Place
from postlude.playbooks.types import Problem
from postlude.popups import api as room
from postlude.popups.types import Content, Popup, Target, Trigger

_HUNDRED = 100


def popup(slug: str, part: popups.Popup, zone: str) -> Popup:
    """Return a popup; times without a zone are the organisation's."""
    return Popup(
        slug=slug,
        title=part.title,
        active=part.active,
        starts=definitions.instant(part.starts, zone),
        ends=definitions.instant(part.ends, zone),
        trigger=_trigger(part.when),
        target=Target(frozenset(part.who.levels), frozenset(part.who.tags), part.who.has_line),
        share=part.share / _HUNDRED,
        draw=part.draw,
        again_s=int(part.again.total_seconds()),
        contents={
            locale: Content(**{name: text.strip() for name, text in each.model_dump().items()})
            for locale, each in part.content.items()
        },
    )


def _trigger(part: popups.PopupTrigger) -> Trigger:
    waits = part.wait or part.stays
    return Trigger(
        pages=tuple(part.pages),
        logged_in=part.logged_in,
        seconds=int(waits.total_seconds()) if waits else 0,
        stays=part.stays is not None,
        events=tuple(part.event),
    )


def problems(document: Document, playbook: shape.Playbook) -> Iterator[Problem]:
    """Yield what is wrong with popups, each mistake at its line."""
    for slug, part in playbook.popups.items():
        at: Place = ("popups", slug)
        if part.when.wait is not None and part.when.stays is not None:
            words = "It waits, or asks how long somebody stays; not both."
            yield document.problem((*at, "when", "stays"), words, "Keep one of the two.", key=True)
            continue
        for place, words, hint in room.check(popup(slug, part, playbook.organisation.zone)):
            yield document.problem((*at, *place), f"{words[:1].upper()}{words[1:]}.", hint)


def as_json(slug: str, part: popups.Popup, zone: str) -> dict[str, Any]:
    """Return a popup as its room would keep it."""
    return room.as_json(popup(slug, part, zone))
