"""What each node does with those who stand at it, all of them at once."""

from collections.abc import Mapping, Sequence

from postlude.access import api as access
from postlude.access.types import GrantFact, State
from postlude.journeys import decisions, inviting, notices
from postlude.journeys.decisions import Block, Go, Hold
from postlude.journeys.types import (
    AdditionNode,
    FilterNode,
    GrantNode,
    Node,
    SendNode,
    Stop,
    WaitNode,
)
from postlude.journeys.walking import Walk, Walker
from postlude.orders import api as orders


def run(node: Node, walk: Walk) -> None:
    """Run a node for whoever stands there; afterwards they have moved on, wait, or have ended."""
    here = walk.at(node)
    if not here:
        return
    if isinstance(node, FilterNode):
        _filter(node, walk, here)
    elif isinstance(node, GrantNode):
        _grant(walk, here)
    elif isinstance(node, WaitNode):
        _wait(node, walk, here)
    elif isinstance(node, SendNode):
        inviting.invite(node, walk, here, others_go_on=_has_addition(walk))
        notices.with_invitation(walk, here)
    elif isinstance(node, AdditionNode):
        inviting.add(node, walk, here)
        notices.with_invitation(walk, here)
    else:
        notices.tell(node, walk, here)


def _has_addition(walk: Walk) -> bool:
    return any(isinstance(node, AdditionNode) for node in walk.definition.nodes)


def _filter(node: FilterNode, walk: Walk, here: Sequence[Walker]) -> None:
    for walker in here:
        tickets = walk.mine(walker)
        _follow(walk, walker, decisions.sift(node, tickets, matches=orders.matches, now=walk.now))


def _grant(walk: Walk, here: Sequence[Walker]) -> None:
    contacts = {walker.contact for walker in here}
    access.grant_many(walk.org, walk.conference, contacts, now=walk.now)
    for walker in here:
        walk.go(walker)


def _wait(node: WaitNode, walk: Walk, here: Sequence[Walker]) -> None:
    contacts = {walker.contact for walker in here}
    held = access.grants_of(walk.org, contacts, walk.conference)
    lacking = {contact for contact in contacts if not _usable(held.get(contact, ()))}
    if lacking:  # the map may have changed since they were looked at
        access.grant_many(walk.org, walk.conference, lacking, now=walk.now)
        held = {**held, **access.grants_of(walk.org, lacking, walk.conference)}
    for walker in here:
        if not walk.mine(walker):
            walk.block(walker, Stop.REFUNDED)
        else:
            _follow(walk, walker, _waited(node, walk, walker, held))


def _usable(grants: Sequence[GrantFact]) -> list[GrantFact]:
    return [grant for grant in grants if grant.state != State.REVOKED]


def _waited(
    node: WaitNode, walk: Walk, walker: Walker, held: Mapping[int, Sequence[GrantFact]]
) -> Go | Hold | Block:
    grants = held.get(walker.contact, ())
    return decisions.wait(node, grants, since=walker.since, now=walk.now)


def _follow(walk: Walk, walker: Walker, decision: Go | Hold | Block) -> None:
    if isinstance(decision, Go):
        walk.go(walker)
    elif isinstance(decision, Hold):
        walk.hold(walker, decision.until)
    else:
        walk.block(walker, decision.reason)
