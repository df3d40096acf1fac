"""What follows a message that has definitely not reached anybody: the next step of its turn."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from postlude.journeys.letters.choosing import OF_THE_CHANNEL
from postlude.journeys.letters.types import KEPT, Course, Passed, Step, course_of
from postlude.messages import api as messages
from postlude.messages.types import BRANCH, Lane, MessageFact, NewMessage, Reason, State
from postlude.orgs import api as orgs

_ENDED = frozenset({State.FAILED, State.EXPIRED})


def may_follow(fact: MessageFact) -> bool:
    """Say whether another step may follow: this one is over for good, and nobody has it.

    What is `unknown` is no such thing: the person may have it. Nor is what the provider took, even
    when it came back later, nor what somebody cancelled.
    """
    if fact.state in _ENDED:
        return True
    if fact.state is State.BOUNCED:
        return fact.accepted_at is None
    return fact.state is State.BLOCKED and fact.reason in {each.value for each in OF_THE_CHANNEL}


def replaced(org: int, facts: Iterable[MessageFact]) -> set[int]:
    """Return which of these messages another one was sent instead of."""
    courses = [course for fact in facts if (course := course_of(fact.context))]
    keys = {
        f"{course.turn}:{course.step + number}"
        for course in courses
        for number in range(1, len(course.rest) + 1)
    }
    found = messages.by_keys(org, keys) if keys else {}
    return {fact.fallback_of for fact in found.values() if fact.fallback_of is not None}


def fall_back(org: int, ended: Iterable[MessageFact], *, now: datetime) -> dict[int, int]:
    """Enqueue what follows these messages, in the caller's transaction; return {before: after}.

    Those that nothing can follow are left out: their turn is over. A step has one key for ever, so
    the same news again changes nothing.
    """
    courses = {
        fact.id: (fact, course)
        for fact in ended
        if may_follow(fact) and (course := course_of(fact.context)) and course.rest
    }
    drafts = _drafts(org, courses, now)
    done = messages.enqueue_many(org, list(drafts.values()), now=now) if drafts else []
    return {before: each.message for before, each in zip(drafts, done, strict=True)}


def _drafts(
    org: int, courses: Mapping[int, tuple[MessageFact, Course]], now: datetime
) -> dict[int, NewMessage]:
    """Try the steps one after the other, each for all who have come to it."""
    drafts: dict[int, NewMessage] = {}
    left = {number: (fact, _after(fact, course)) for number, (fact, course) in courses.items()}
    zones = orgs.zones(org) if any(BRANCH in fact.context for fact, _ in left.values()) else {}
    while left:
        groups: dict[tuple[Step, str], list[int]] = defaultdict(list)
        for number, (fact, course) in left.items():
            zone = zones.get(int(fact.context.get(BRANCH) or 0), "")
            groups[course.rest[0], zone].append(number)
        following: dict[int, tuple[MessageFact, Course]] = {}
        for (step, zone), some in groups.items():
            refused = _refused(org, step, zone, [left[each][0] for each in some], now)
            for number in some:
                fact, course = left[number]
                why, dies = refused.get(number), _deadline(fact, step, now)
                if why is None and dies > now:
                    drafts[number] = _draft(fact, course, dies, now)
                elif (why is None or why in OF_THE_CHANNEL) and len(course.rest) > 1:
                    passed = Passed(step.slug, why.value if why else State.EXPIRED.value)
                    following[number] = (fact, _past(course, passed))
        left = following
    return drafts


def _after(fact: MessageFact, course: Course) -> Course:
    """Its own step is passed; which step is next stands in `rest` already."""
    why = fact.reason if fact.state is State.BLOCKED else fact.state.value
    slug = messages.sender_by_id(fact.sender).slug
    said = (*course.passed, Passed(slug, why))
    return replace(course, step=course.step + 1, passed=said)


def _past(course: Course, passed: Passed) -> Course:
    return replace(
        course, step=course.step + 1, passed=(*course.passed, passed), rest=course.rest[1:]
    )


def _refused(
    org: int, step: Step, zone: str, facts: Sequence[MessageFact], now: datetime
) -> dict[int, Reason | None]:
    """Return, by message, why this step would not reach its person; quiet hours are asked again."""
    contacts = {fact.contact for fact in facts}
    by_contact = messages.blocked_ahead(org, _like(step, now), contacts, now=now, zone=zone)
    return {fact.id: by_contact.get(fact.contact) for fact in facts}


def _like(step: Step, now: datetime) -> NewMessage:
    return NewMessage(
        key="",
        klass=step.klass,
        sender=step.sender,
        contact=0,
        template_version=step.template,
        deadline=now + timedelta(seconds=step.seconds),
        on_quiet=step.on_quiet,
    )


def _deadline(fact: MessageFact, step: Step, now: datetime) -> datetime:
    """Its time begins when the step before was over: what is known long after is of no use."""
    return min(now, fact.deadline) + timedelta(seconds=step.seconds)


def _draft(fact: MessageFact, course: Course, dies: datetime, now: datetime) -> NewMessage:
    step = course.rest[0]
    onward = replace(course, rest=course.rest[1:])
    return replace(
        _like(step, now),
        key=onward.key,
        deadline=dies,
        contact=fact.contact,
        locale=fact.locale,
        context={**_without_course(fact.context), **onward.kept()},
        lane=Lane(step.lane),
        cycle=fact.cycle,
        node=fact.node,
        testing=fact.testing,
        fallback_of=fact.id,
    )


def _without_course(context: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in context.items() if name not in KEPT}
