"""Hits on their way into the database, a group at a time."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from postlude.kernel import boundaries, clock, store
from postlude.messages import api as messages
from postlude.tracking import api as tracking
from postlude.tracking.types import Agent, Hit, TouchKind


@dataclass(frozen=True, slots=True)
class Arrival:
    """A hit as it came: from a message's token, or from an access link of an organisation."""

    kind: TouchKind
    at: datetime
    ip: str
    agent: Agent
    token: str = ""
    link: int | None = None
    org: int | None = None
    subject: int | None = None


def record(arrivals: Sequence[Arrival]) -> None:
    """Store a group as touches, in one commit.

    Test mails count nowhere, and a token that is nobody's is dropped.
    """
    by_org: dict[int, list[Hit]] = defaultdict(list)
    for arrival in arrivals:
        org, message = arrival.org, None
        if arrival.token:
            owner = messages.message_of_token(arrival.token)
            if owner is None or owner.testing:
                continue
            org, message = owner.org, owner.message
        if org is not None:
            by_org[org].append(_hit(arrival, org, message))
    if not by_org:
        return
    now = clock.now()
    with store.write():
        for org, hits in by_org.items():
            tracking.record_many(org, hits, now=now)
    boundaries.crossing("collector.group_committed")


def _hit(arrival: Arrival, org: int, message: int | None) -> Hit:
    return Hit(
        kind=arrival.kind,
        message=message,
        at=arrival.at,
        link=arrival.link,
        subject=arrival.subject,
        origin=tracking.origin_of(org, arrival.ip),
        agent=arrival.agent,
    )
