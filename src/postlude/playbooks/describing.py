"""A playbook in sentences, and the difference between two versions."""

import difflib
from collections.abc import Mapping, Sized

from postlude.playbooks import durations, reading, shape
from postlude.playbooks.models import PlaybookVersion


def sentences(playbook: shape.Playbook) -> tuple[str, ...]:
    """Say in words what the playbook sets."""
    said = [f"organisation {playbook.organisation.name} ({playbook.organisation.slug})"]
    said += [
        f"source {slug}: {each.kind}, polled every {durations.words(each.poll_every)}"
        for slug, each in playbook.sources.items()
    ]
    said += [
        f"conference {each.name}: {_count(each.resources, 'resource')}, "
        f"{_count(each.lets_in, 'rule')} of who is let in"
        for each in playbook.conferences.values()
    ]
    said += [f"sender {slug}: {each.via}" for slug, each in playbook.senders.items()]
    said += [
        f"template {slug}: {', '.join(locales)}" for slug, locales in playbook.templates.items()
    ]
    said += [
        f"journey {each.title or slug}: {_journey(each)}"
        for slug, each in playbook.journeys.items()
    ]
    if playbook.discord is not None:
        said += [f"discord: {_count(playbook.discord.who, 'line')} of who may what"]
    said += [f"warehouse: {_count(playbook.warehouse.keep, 'column')} of answers may leave"]
    return tuple(said)


def _journey(journey: shape.Journey) -> str:
    if not journey.scheduled:
        return _count(journey.do or (), "step")
    if journey.at is not None:
        return f"at {journey.at:%Y-%m-%d %H:%M}, to the {journey.who}"
    before = durations.words(journey.before_start) if journey.before_start else "?"
    return f"{before} before the start, to the {journey.who}"


def _count(things: Sized, noun: str) -> str:
    number = len(things)
    return f"{number} {noun}" + ("" if number == 1 else "s")


_STAYS = {
    "journeys": ("journey", "nobody enters it any more; who is in it goes on"),
    "sources": ("source", "what it sold stays, and it is still polled"),
    "conferences": ("conference", "its tickets and what they opened stay"),
    "senders": ("sender", "mails that wait still leave through it"),
    "templates": ("template", "mails that were decided still use it"),
}


def left_out(before: PlaybookVersion | None, playbook: shape.Playbook) -> tuple[str, ...]:
    """Say what the version before had and this one has not, and what becomes of it.

    Leaving a part out deletes nothing, and a typing mistake in a name should not either.
    """
    document = reading.read(before.source, "") if before else None
    if not isinstance(document, reading.Document):
        return ()
    return tuple(
        f"{noun} {slug}: {words}"
        for part, (noun, words) in _STAYS.items()
        for slug in document.data.get(part) or {}
        if slug not in getattr(playbook, part)
    )


def difference(before: PlaybookVersion | None, source: str, files: Mapping[str, str]) -> str:
    """Return the unified difference to the version before; empty for a first version."""
    if before is None:
        return ""
    old = {"playbook": before.source, **before.files}
    new = {"playbook": source, **files}
    lines: list[str] = []
    for name in sorted({*old, *new}):
        lines += difflib.unified_diff(
            old.get(name, "").splitlines(),
            new.get(name, "").splitlines(),
            f"{name} (version {before.number})",
            f"{name} (now)",
            lineterm="",
            n=2,
        )
    return "\n".join(lines)
