"""Parts of a playbook as the rooms want them. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from postlude.access.types import Resource
from postlude.journeys.types import (
    AdditionNode,
    FilterNode,
    GrantNode,
    JourneyDefinition,
    Node,
    NoticeNode,
    Schedule,
    SendNode,
    WaitNode,
)
from postlude.playbooks import letting_in, shape


def resource(key: str, part: letting_in.Resource) -> Resource:
    """Return a resource; only the settings that are given."""
    given: Mapping[str, object] = part.model_dump(exclude={"kind", "title"})
    settings = {name: str(value) for name, value in given.items() if value}
    return Resource(key=key, kind=part.kind, title=part.title, settings=settings)


def instant(when: datetime | None, zone: str) -> datetime | None:
    """A time without a zone is the organisation's; of a repeated hour the first is meant."""
    return when if when is None or when.tzinfo else when.replace(tzinfo=ZoneInfo(zone))


def source_settings(part: shape.Source) -> dict[str, Any]:
    """Return a source's settings, with references as they were written."""
    ours = {"kind", "poll_every", "silent_after"}
    return part.model_dump(exclude=ours)


def journey(slug: str, part: shape.Journey) -> JourneyDefinition:
    """Return a journey; each step is a node named by what it does."""
    if part.scheduled:
        return _scheduled(slug, part)
    nodes = tuple(
        node
        for number, step in enumerate(part.do or (), start=1)
        for node in _nodes(step, _name(step, number, part))
    )
    return JourneyDefinition(
        slug=slug,
        nodes=nodes,
        title=part.title,
        folder=part.folder,
        trigger=part.when,
        conferences=tuple(part.conferences),
        active=part.active,
    )


def _scheduled(slug: str, part: shape.Journey) -> JourneyDefinition:
    """One mail at a set time; a time without a zone stays so, on the organisation's clocks."""
    send = part.send
    nodes = () if send is None else (_notice(slug, send),)
    return JourneyDefinition(
        slug=slug,
        nodes=nodes,
        title=part.title,
        folder=part.folder,
        trigger="schedule",
        conferences=(part.holders_of,),
        active=part.active,
        schedule=Schedule(at=part.at, before_start=part.before_start),
    )


def _notice(slug: str, send: shape.Notice) -> NoticeNode:
    """Named as its journey: that is what the pages call its mails."""
    return NoticeNode(
        slug,
        sender=send.by,
        templates=dict(send.using),
        klass=send.klass,
        deadline=send.within,
    )


def _name(step: shape.Step, number: int, part: shape.Journey) -> str:
    (what,) = sorted(step.model_fields_set)[:1] or ("step",)
    same = [each for each in part.do or () if what in each.model_fields_set]
    return what if len(same) == 1 else f"{what}-{number}"


def _nodes(step: shape.Step, name: str) -> list[Node]:
    if step.check is not None:
        return [
            FilterNode(
                name=name,
                kinds=tuple(step.check.kinds),
                events=tuple(step.check.events),
                ticket_types=tuple(step.check.tickets),
                before_end=step.check.before_end,
            )
        ]
    if step.let_in is not None:
        return [GrantNode(name=name)]
    if step.wait is not None:
        return [WaitNode(name=name, timeout=step.wait.at_most)]
    if step.invite is not None:
        send = step.invite
        return [SendNode(name, sender=send.by, templates=dict(send.using), deadline=send.within)]
    if step.another_ticket is not None:
        send = step.another_ticket
        return [
            AdditionNode(name, sender=send.by, templates=dict(send.using), deadline=send.within)
        ]
    return []
