"""What is written, and given with it: points and messages of a batch, each once per mark."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from postlude.journeys.letters.types import Course, Letter, Step
from postlude.journeys.recurring.batch import BLOCKED, Batch, Person
from postlude.journeys.recurring.returning import POINTS
from postlude.journeys.recurring.types import Points, Way
from postlude.messages import api as messages
from postlude.messages.types import BRANCH, Klass, Lane, NewMessage
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.rewards import api as rewards
from postlude.rewards.types.points import Give

_DAY = timedelta(days=1)


def stop_unreachable(batch: Batch) -> None:
    """Stop whom no way could reach now, by none of its steps: nothing is given to them, and they
    have no turn.

    Whom only some of the ways could not reach is stopped when it is sent, like everybody else.
    """
    if not batch.left:
        return
    letters = [way.send for way in batch.place.selection.ways]
    batch.reach.ask(letters, batch.contacts())
    refused = batch.reach.refused(letters)
    for person in [each for each in batch.left if each[0] in refused]:
        choices = [batch.reach.choice(letter, person[0]) for letter in letters]
        if all(each.letter is None for each in choices):
            batch.end(person, BLOCKED, choices[0].why_not)


def write(batch: Batch) -> None:
    """Give and enqueue what those who are left get; their messages stand in the batch."""
    served = {person: batch.ways[person] for person in batch.left}
    if not served:
        return
    org = batch.place.org
    rewards.give_many(org, _gives(batch, served), now=batch.now)
    languages = people.locales(org, batch.contacts())
    sends = {step for way in batch.place.selection.ways for step in way.send.steps()}
    accounts = {each: messages.sender(org, each).id for each in {it.sender for it in sends}}
    versions = messages.template_versions(org, {each.template for each in sends})
    frozen = {each: _frozen(each, accounts, versions, batch.place.lane) for each in sends}
    for way in batch.place.selection.ways:
        if way.send.or_else is not None:  # the others have nothing to choose
            batch.reach.ask([way.send], batch.contacts())
    contexts = _Contexts(batch)
    drafts = [
        _draft(
            batch,
            person,
            way.send,
            frozen,
            locale=languages.get(person[0], ""),
            context=contexts.of(person, way),
        )
        for person, way in served.items()
    ]
    done = messages.enqueue_many(org, drafts, now=batch.now)
    batch.messages = {person: each.message for person, each in zip(served, done, strict=True)}


def _frozen(
    letter: Letter, accounts: Mapping[str, int], versions: Mapping[str, int], lane: Lane
) -> Step:
    return Step(
        accounts[letter.sender],
        letter.sender,
        versions[letter.template],
        letter.klass,
        letter.on_quiet,
        round(letter.deadline.total_seconds()),
        int(lane),
    )


def _gives(batch: Batch, served: Mapping[Person, Way]) -> list[Give]:
    zone = batch.place.zone
    ends = {
        way.name: ends_at(way.give, zone=zone, now=batch.now) if way.give else None
        for way in batch.place.selection.ways
    }
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


def ends_at(points: Points, *, zone: str, now: datetime) -> datetime | None:
    """Return when points end; whole days at the same local time, whatever the clocks do."""
    if points.expires is None:
        return None
    if points.expires % _DAY:
        return now + points.expires
    wall = now.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return orgs.instant(wall + points.expires, zone)


class _Contexts:
    """What messages are told with: one for all who are told the same, which is spelled once."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._known: dict[tuple[str, int], dict[str, object]] = {}

    def of(self, person: Person, way: Way) -> dict[str, object]:
        branch = self._batch.branches.get(person, 0)
        said = self._known.get((way.name, branch))
        if said is None:
            said = self._known[way.name, branch] = self._said(way, branch)
        return {**said, self._batch.place.about: person[1]} if person[1] else said

    def _said(self, way: Way, branch: int) -> dict[str, object]:
        place = self._batch.place
        said: dict[str, object] = {**place.told, "journey": place.notice.slug, "way": way.name}
        if way.give is not None:
            said[POINTS] = way.give.amount
        return {**said, BRANCH: branch} if branch else said


def _draft(  # noqa: PLR0913 - whom, what of it, and what it is told with
    batch: Batch,
    person: Person,
    letter: Letter,
    frozen: Mapping[Letter, Step],
    *,
    locale: str,
    context: Mapping[str, object],
) -> NewMessage:
    """Write by the step that reaches this person; should none, the first says so when it is sent.

    Whichever step it is, the first message of a turn has the turn's own key.
    """
    key, taken = batch.keys[person], letter
    if letter.or_else is not None:
        choice = batch.reach.choice(letter, person[0])
        taken = choice.letter or letter
        passed = choice.passed if choice.letter else ()
        rest = tuple(frozen[each] for each in taken.steps()[1:])
        context = {**context, **Course(key, choice.step, passed, rest).kept()}
    step = frozen[taken]
    return NewMessage(
        key=key,
        klass=Klass(step.klass),
        sender=step.sender,
        contact=person[0],
        template_version=step.template,
        locale=locale,
        context=context,
        lane=batch.place.lane,
        deadline=batch.now + taken.deadline,
        cycle=batch.place.cycle,
        node=batch.place.node,
        on_quiet=step.on_quiet,
    )
