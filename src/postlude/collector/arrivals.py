"""Hits on their way into the database, a group at a time."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pydantic import TypeAdapter

from postlude.collector.rush import Shelf
from postlude.kernel import boundaries, clock, store
from postlude.messages import api as messages
from postlude.messages.types import TokenOwner
from postlude.people import api as people
from postlude.tracking import api as tracking
from postlude.tracking.types import Agent, Hit, TouchKind


# Not frozen: that triples what the making of one costs, and each hit makes one.
@dataclass(slots=True)
class Arrival:
    """A hit as it came: from a message's token, or from an access link of an organisation.

    `cid` is the browser's cookie, where it has one; `touch` the id that its token tells the page.
    `origin` is the veiled address of the network.
    """

    kind: TouchKind
    at: datetime
    origin: str
    agent: Agent
    token: str = ""
    link: int | None = None
    org: int | None = None
    subject: int | None = None
    cid: str = ""
    touch: int | None = None


def record(arrivals: Sequence[Arrival]) -> None:
    """Store a group as touches, in one commit.

    Test mails count nowhere, and a token that is nobody's is dropped.
    """
    by_org: dict[int, list[Hit]] = defaultdict(list)
    cids: dict[int | None, str] = {}
    # In one query: each person's mail has a token of its own, so nothing remembered would help.
    owners = messages.owners_of_tokens({each.token for each in arrivals if each.token})
    for arrival in arrivals:
        org, owner = arrival.org, None
        if arrival.token:
            owner = owners.get(arrival.token)
            if owner is None or owner.testing:
                continue
            org = owner.org
        if org is not None:
            by_org[org].append(hit := _hit(arrival, org, owner))
            if arrival.cid and hit.id is not None:
                cids[hit.id] = arrival.cid
    if not by_org:
        return
    now = clock.now()
    with store.write():
        for org, hits in by_org.items():
            tracking.record_many(org, _with_browsers(org, hits, cids), now=now)
    boundaries.crossing("collector.group_committed")


def _hit(arrival: Arrival, org: int, owner: TokenOwner | None) -> Hit:
    return Hit(
        kind=arrival.kind,
        message=owner.message if owner else None,
        at=arrival.at,
        link=arrival.link,
        subject=arrival.subject,
        origin=tracking.origin_of(org, arrival.origin),
        agent=arrival.agent,
        owner=owner,
        id=arrival.touch,
    )


def _with_browsers(org: int, hits: Sequence[Hit], cids: Mapping[int | None, str]) -> Sequence[Hit]:
    """Say whose browser each hit came from, by one query; mostly none says so."""
    named = {cids[hit.id] for hit in hits if hit.id in cids}
    if not named:
        return hits
    visitors = people.visitors_of_browsers(org, named)
    return [replace(hit, visitor=visitors.get(cids.get(hit.id, ""))) for hit in hits]


def _may_wait(arrival: Arrival) -> bool:
    """Say whether nobody asks for it at once: the page behind a click may name its touch."""
    return arrival.touch is None


_JSON = TypeAdapter(list[Arrival])


def _spell(arrivals: Sequence[Arrival]) -> str:
    """Write hits as a JSON array. Most are a token and what asked, and need no writer of JSON:
    each part is ours, or of letters that JSON leaves alone.
    """
    agents = {id(each.agent): each.agent for each in arrivals}  # few, and slow to compare
    spelled = {key: _agent(agent) for key, agent in agents.items()}
    return f"[{','.join([_spelled(each, spelled[id(each.agent)]) for each in arrivals])}]"


def _spelled(it: Arrival, agent: str) -> str:
    if it.cid or it.org is not None or it.subject is not None or it.touch is not None:
        return _JSON.dump_json([it])[1:-1].decode()
    link = "null" if it.link is None else it.link
    return (
        f'{{"kind":"{it.kind}","at":"{it.at.isoformat()}","origin":"{it.origin}",'
        f'"agent":{agent},"token":"{it.token}","link":{link}}}'
    )


def _agent(agent: Agent) -> str:
    return f'{{"kind":"{agent.kind}","reasons":{int(agent.reasons)}}}'


TOUCHES = Shelf("touch", _JSON, _spell, record, _may_wait)
