"""Contacts that turned out to be one person walk a path as that person: once in their period.

Marks and walks stay with the name they were made for; they are read for all names of the contact
that speaks now, as for notices, so nothing is copied when two are joined, nor undone when parted.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

from postlude.journeys import families as names
from postlude.journeys.families import JOINED, QUEUED, Families
from postlude.journeys.models import Mark, Walk
from postlude.journeys.paths import scopes
from postlude.journeys.paths.returning import KEY
from postlude.journeys.paths.rousing import rouse
from postlude.journeys.paths.types import Candidate, State
from postlude.journeys.paths.walkers import Party
from postlude.kernel import boundaries, clock, store
from postlude.kernel.work import WorkBatch
from postlude.messages import api as messages
from postlude.people import api as people

DUPLICATE = "duplicate"
_CHUNK = 500


def as_they_are_now(
    org: int, candidates: Collection[Candidate]
) -> tuple[list[Candidate], Families]:
    """Return candidates by the contacts that speak for them now, in order, each once; and all
    names of those who have several.
    """
    heads = people.canonical(org, {each.contact for each in candidates})
    found = {replace(each, contact=heads[each.contact]) for each in candidates}
    return (
        sorted(found, key=lambda each: (each.contact, each.subject)),
        names.several(org, set(heads.values())),
    )


def held(
    org: int, journey: int, wanted: Mapping[Candidate, str], families: Families
) -> set[Candidate]:
    """Return who has their mark by another of their names.

    Of an inactivity any mark counts that was made after the last order of all their names.
    """
    mine = {each: scope for each, scope in wanted.items() if each.contact in families}
    if not mine:
        return set()
    made = names.marks_made(org, journey, families)
    last = names.last_orders(org, {each.contact for each in mine}, families)
    return {
        each
        for each, scope in mine.items()
        for other, at in made.get(each.contact, ())
        if scopes.are_alike(other, scope, made_at=at, last_order=last.get(each.contact))
    }


def end_second_walks(party: Party) -> None:
    """Stop who walks beside an earlier walk of the same period by another name of theirs.

    What the second walk has queued is cancelled, and gives back what it gave. In the caller's
    transaction; the earlier walk is the one with the lower id, whoever looks first.
    """
    contacts = {each.contact for each in party.walkers}
    families = names.several(party.org, set(people.canonical(party.org, contacts).values()))
    heads = names.heads_of(families)
    walkers = [each for each in party.walkers if each.contact in heads]
    if not walkers:
        return
    rows = Walk.objects.filter(org=party.org, journey=party.journey, contact__in=sorted(heads))
    walks = list(rows.values_list("id", "contact", "mark", "state"))
    known_marks = {
        number: (scope, at)
        for number, scope, at in Mark.objects.filter(
            org=party.org, id__in=[mark for _, _, mark, _ in walks]
        ).values_list("id", "scope", "made_at")
    }
    last = names.last_orders(party.org, (), families)
    for walker in walkers:
        head, mine = heads[walker.contact], known_marks.get(walker.mark)
        earlier = (
            known_marks[mark]
            for number, contact, mark, state in walks
            if number < walker.id
            and heads[contact] == head
            and contact != walker.contact
            and mark in known_marks
            and state != State.STOPPED
        )
        if mine is not None and any(
            scopes.are_alike(scope, mine[0], made_at=at, last_order=last.get(head))
            for scope, at in earlier
        ):
            party.stop(walker, DUPLICATE)
            _cancel(party, walker.id, walker.contact)


def _cancel(party: Party, walk: int, contact: int) -> None:
    queued = [
        fact.id
        for fact in messages.of_contact(party.org, contact)
        if fact.key.startswith(f"{KEY}{walk}:") and fact.state in QUEUED
    ]
    if queued:
        messages.cancel_many(party.org, messages=queued, reason=JOINED, now=party.now)


def wake(org: int, contacts: Collection[int], now: datetime) -> None:
    """Let all walks of these persons be looked at now. In the caller's transaction."""
    for chunk in store.chunks(sorted(names.heads_of(names.of(org, contacts))), _CHUNK):
        rouse(Walk.objects.filter(org=org, contact__in=chunk, state=State.WALKING), now)


def on_walkers_joined(batch: WorkBatch) -> None:
    """Let those who are one person now be looked at: `end_second_walks` does the rest."""
    with store.write():
        wake(batch.org, [int(key) for key in batch.keys], clock.now())
        batch.finish()
    boundaries.crossing("journeys.walkers_joined")
