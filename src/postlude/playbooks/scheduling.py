"""Journeys that start at a set time: what can be wrong with them, and why one would rest."""

from postlude.playbooks import definitions, shape
from postlude.playbooks.reading import Document, Place
from postlude.playbooks.types import Problem

_EXAMPLE = "at: 2027-09-01 09:00, or before_start: 1 day"


def shape_problems(document: Document, path: Place, journey: shape.Journey) -> list[Problem]:
    """Say what is there and should not be, or is missing, for either kind of journey."""
    if not journey.scheduled:
        if journey.do is None:
            words = "“do” is missing here."
            hint = f"Add `do: …`, or for a mail at a set time `{_EXAMPLE}`, `who` and `send`."
            return [document.problem(path, words, hint, key=True)]
        return []
    found = [
        document.problem(
            (*path, name),
            f"A journey at a set time has no `{name}`.",
            "Drop it, or drop the time.",
            key=True,
        )
        for name in ("do", "when", "conferences")
        if name in journey.model_fields_set
    ]
    if (journey.at is None) == (journey.before_start is None):
        words = "Say either `at` or `before_start`."
        found.append(document.problem(path, words, f"For instance {_EXAMPLE}.", key=True))
    for name, example in (("who", "holders of pycon-2027"), ("send", "{by: …, using: {…}}")):
        if not getattr(journey, name):
            hint = f"Add `{name}: {example}`."
            found.append(document.problem(path, f"“{name}” is missing here.", hint, key=True))
    return found


def date_problems(
    document: Document, playbook: shape.Playbook, path: Place, journey: shape.Journey
) -> list[Problem]:
    """Say when a time can never come: it is after the conference."""
    conference = playbook.conferences.get(journey.holders_of)
    zone = playbook.organisation.zone
    ends = definitions.instant(conference.ends, zone) if conference else None
    at = definitions.instant(journey.at, zone)
    if at is None or ends is None or at < ends:
        return []
    words = f"At this time {journey.holders_of} is over."
    return [document.problem((*path, "at"), words, "Choose a time before its `ends`.")]


def warnings(document: Document, playbook: shape.Playbook) -> list[Problem]:
    """Say which journeys rest because their conference has no dates; it is no mistake to wait
    with those, but nobody should wonder why nothing goes out.
    """
    found = []
    for slug, journey in playbook.sold.items():
        conference = playbook.conferences.get(journey.holders_of)
        if conference is None or not journey.scheduled or not journey.active:
            continue
        needed = ["starts", "ends"] if journey.before_start is not None else ["ends"]
        lacking = [name for name in needed if getattr(conference, name) is None]
        if lacking:
            said = " and ".join(f"`{name}`" for name in lacking)
            words = f"{journey.title or slug} rests: {journey.holders_of} has no {said}."
            hint = f"Write {said} into conferences.{journey.holders_of}."
            found.append(document.problem(("journeys", slug), words, hint, key=True))
    return found
