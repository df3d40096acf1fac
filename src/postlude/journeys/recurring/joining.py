"""Contacts that turned out to be one person: a notice goes to that person once, not to each name.

A mark stays where it was made. It is read for the whole family of the contact that speaks now, so
nothing needs to be copied when two are joined, and nothing undone should they be parted: then each
has the marks that were made for it, and nobody has one that was not.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from postlude.journeys import decisions, publishing
from postlude.journeys import families as names
from postlude.journeys.families import JOINED, QUEUED, Families
from postlude.journeys.models import Mark, SendAttempt
from postlude.journeys.recurring import audiences, definitions, periods
from postlude.journeys.recurring.batch import Batch, Person, Place
from postlude.journeys.recurring.returning import KEY
from postlude.journeys.recurring.types import OncePer, Recurring
from postlude.kernel import boundaries, clock, store
from postlude.kernel.work import WorkBatch
from postlude.messages import api as messages
from postlude.messages.types import MessageFact
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.rules import api as rules


def as_they_are_now(place: Place, wanted: Iterable[Person]) -> tuple[list[Person], Families]:
    """Return these people by the contacts that speak for them now, each once, in order; and all
    names of those who have several.

    Their audience may have been frozen before they were joined. Whom the selection does not hold
    for as the one they are now, and who was decided in this run by another name, is left out.
    """
    frozen = set(wanted)
    heads = people.canonical(place.org, {contact for contact, _ in frozen})
    moved = {heads[contact] for contact, _ in frozen if heads[contact] != contact}
    families = names.several(place.org, set(heads.values()))
    of = names.heads_of(families)
    out = _decided(place, of.keys())
    if moved and place.selection.who is not None:
        rule = audiences.bound(place.org, place.selection.who, place.zone)
        fit = rules.among(place.org, rule, moved, now=place.as_of)
        out |= {(contact, 0) for contact in moved - fit}
    gone = {(of.get(contact, contact), order) for contact, order in out}
    return sorted({(heads[contact], order) for contact, order in frozen} - gone), families


def _decided(place: Place, contacts: Collection[int]) -> set[Person]:
    if not contacts or not place.cycle:
        return set()
    rows = SendAttempt.objects.filter(
        org=place.org,
        execution__cycle=place.cycle,
        execution__node=place.node,
        contact__in=sorted(contacts),
    )
    return set(rows.values_list("contact", "subject"))


def served(batch: Batch) -> set[Person]:
    """Return who of a batch has the mark of their period under another of their names.

    Of an inactivity any mark counts that was made after the last order of all their names.
    """
    place = batch.place
    if batch.families is None:
        batch.families = names.several(place.org, batch.contacts())
    contacts = batch.contacts()
    families = {head: ids for head, ids in batch.families.items() if head in contacts}
    if not families:
        return set()
    marks = names.marks_made(place.org, place.journey, families)
    latest = _last_orders(place, families)
    return {
        person
        for person, scope in batch.left.items()
        for made, at in marks.get(person[0], ())
        if _counts(place, scope, made, at, latest.get(person[0]))
    }


def _counts(place: Place, scope: str, made: str, at: datetime, last: datetime | None) -> bool:
    if made == scope:
        return True
    notice = place.notice
    if notice.skip_if_sent_last_month and made == periods.last_month(place.as_of, place.zone):
        return True
    return last is not None and at > last and _is_alike(notice, scope, made)


def _is_alike(notice: Recurring, one: str, other: str) -> bool:
    """Say whether two scopes are inactivities of the same kind, of whatever day."""
    if notice.once_per is not OncePer.INACTIVITY:
        return False
    return one.rpartition(":")[0] == other.rpartition(":")[0]


def _last_orders(place: Place, families: Families) -> dict[int, datetime]:
    if place.notice.once_per is not OncePer.INACTIVITY:
        return {}
    return names.last_orders(place.org, (), families)


# -- what was decided for both before they were joined --------------------------------------------


@dataclass(frozen=True, slots=True)
class _Written:
    """A notice that was decided for somebody, and the mark that it was decided with."""

    fact: MessageFact
    journey: int
    scope: str
    made_at: datetime


def on_contacts_joined(batch: WorkBatch) -> None:
    """Cancel what is queued twice for one person now: of each period the first one stays.

    What is cancelled gives its points and its mark back, as everything that never left.
    """
    now = clock.now()
    with store.write():
        children = sorted(int(key) for key in batch.keys)
        for head in sorted(set(people.canonical(batch.org, children).values())):
            twice = [it.fact.id for it in _twice(batch.org, people.family(batch.org, head))]
            messages.cancel_many(batch.org, messages=twice, reason=JOINED, now=now)
        batch.finish()
    boundaries.crossing("journeys.joined")


def _twice(org: int, family: Sequence[int]) -> Iterator[_Written]:
    by_journey: dict[int, list[_Written]] = defaultdict(list)
    for each in _written(org, family):
        by_journey[each.journey].append(each)
    for journey, some in by_journey.items():
        if not any(it.fact.state in QUEUED for it in some):
            continue
        place = _place(org, journey, some[0].made_at)
        last = _last_orders(place, {family[0]: family}).get(family[0])
        kept: list[_Written] = []
        for it in sorted(some, key=lambda each: each.fact.id):
            at = replace(place, as_of=it.made_at)
            again = any(_counts(at, it.scope, one.scope, one.made_at, last) for one in kept)
            if again and it.fact.state in QUEUED:
                yield it
            else:
                kept.append(it)


def _written(org: int, family: Sequence[int]) -> list[_Written]:
    facts = {fact.id: fact for name in family for fact in messages.of_contact(org, name)}
    mine = {
        int(fact.key.removeprefix(KEY)): fact
        for fact in facts.values()
        if fact.key.startswith(KEY) and fact.state not in decisions.NEVER_LEFT and not fact.testing
    }
    rows = Mark.objects.filter(org=org, id__in=sorted(mine))
    return [
        _Written(mine[number], journey, scope, at)
        for number, journey, scope, at in rows.values_list("id", "journey", "scope", "made_at")
    ]


def _place(org: int, journey: int, at: datetime) -> Place:
    """Return where the newest version of a notice stands, for what is asked of its periods."""
    version = publishing.newest_version(org, journey)
    notice = definitions.from_json(version.definition)
    zone = orgs.get(org).zone
    return Place(org, zone, zone, 0, journey, version.id, at, notice, notice.selections[0])
