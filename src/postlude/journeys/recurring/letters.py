"""What is written, and given with it: points and messages of a batch, each once per mark."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from postlude.journeys.recurring.batch import BLOCKED, Batch, Person
from postlude.journeys.recurring.returning import KEY, POINTS
from postlude.journeys.recurring.types import Letter, Points, Way
from postlude.messages import api as messages
from postlude.messages.types import Klass, Lane, NewMessage
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.rewards import api as rewards
from postlude.rewards.types.points import Give

_DAY = timedelta(days=1)


def stop_unreachable(batch: Batch) -> None:
    """Stop whom no way could reach now: nothing is given to them, and they have no turn.

    Whom only some of the ways could not reach is stopped when it is sent, like everybody else.
    """
    reasons: dict[int, str] | None = None
    for letter in _kinds_of_letter(batch) if batch.left else ():
        like = _message(batch, letter, sender=messages.sender(batch.place.org, letter.sender).id)
        found = messages.blocked_ahead(batch.place.org, like, batch.contacts(), now=batch.now)
        said = {contact: reason.value for contact, reason in found.items()}
        reasons = (
            said if reasons is None else {it: why for it, why in reasons.items() if it in said}
        )
    for person in [each for each in batch.left if each[0] in (reasons or {})]:
        batch.end(person, BLOCKED, (reasons or {})[person[0]])


def _kinds_of_letter(batch: Batch) -> list[Letter]:
    """Return one letter for each sender, class and manner of keeping quiet."""
    every = [way.send for way in batch.place.selection.ways]
    return list({(each.sender, each.klass, each.on_quiet): each for each in every}.values())


def write(batch: Batch) -> None:
    """Give and enqueue what those who are left get; their messages stand in the batch."""
    served = {person: batch.ways[person] for person in batch.left}
    if not served:
        return
    org = batch.place.org
    rewards.give_many(org, _gives(batch, served), now=batch.now)
    languages = people.locales(org, batch.contacts())
    using = {each.name: _account(org, each.send) for each in batch.place.selection.ways}
    drafts = [
        _message(
            batch,
            way.send,
            sender=using[way.name][0],
            version=using[way.name][1],
            contact=person[0],
            key=batch.keys[person],
            locale=languages.get(person[0], ""),
            context=_context(batch, person, way),
        )
        for person, way in served.items()
    ]
    done = messages.enqueue_many(org, drafts, now=batch.now)
    batch.messages = {person: each.message for person, each in zip(served, done, strict=True)}


def _account(org: int, letter: Letter) -> tuple[int, int]:
    return messages.sender(org, letter.sender).id, messages.template(org, letter.template).id


def _gives(batch: Batch, served: Mapping[Person, Way]) -> list[Give]:
    ends = {way.name: _ends(way.give, batch) for way in batch.place.selection.ways}
    return [
        Give(
            batch.keys[person],
            person[0],
            way.give.amount,
            way.give.reason,
            expires_at=ends[way.name],
            campaign=batch.place.node,
        )
        for person, way in served.items()
        if way.give is not None
    ]


def _ends(points: Points | None, batch: Batch) -> datetime | None:
    """Whole days end at the same local time, whatever the clocks do meanwhile."""
    if points is None or points.expires is None:
        return None
    if points.expires % _DAY:
        return batch.now + points.expires
    wall = batch.now.astimezone(ZoneInfo(batch.place.zone)).replace(tzinfo=None)
    return orgs.instant(wall + points.expires, batch.place.zone)


def _context(batch: Batch, person: Person, way: Way) -> dict[str, object]:
    said: dict[str, object] = {"journey": batch.place.notice.slug, "way": way.name}
    if way.give is not None:
        said[POINTS] = way.give.amount
    return {**said, "order": person[1]} if person[1] else said


def _message(  # noqa: PLR0913 - a message is what it is
    batch: Batch,
    letter: Letter,
    *,
    sender: int,
    version: int = 0,
    contact: int = 0,
    key: str = KEY,
    locale: str = "",
    context: Mapping[str, object] | None = None,
) -> NewMessage:
    return NewMessage(
        key=key,
        klass=Klass(letter.klass),
        sender=sender,
        contact=contact,
        template_version=version,
        locale=locale,
        context=context or {},
        lane=Lane.BULK,
        deadline=batch.now + letter.deadline,
        cycle=batch.place.cycle,
        node=batch.place.node,
        on_quiet=letter.on_quiet,
    )
