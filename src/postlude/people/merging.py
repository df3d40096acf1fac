"""Joining two contacts by hand, and parting what was joined. Each leaves audit rows, with a reason.

Nothing is guessed: whoever says that two contacts are one person is believed, and can be wrong,
for which there is `unmerge`. A contact of whom only a phone is known never speaks for a member.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from postlude.kernel import boundaries, store, work
from postlude.people import audit, joining, placeholders
from postlude.people.aliases import canonical, family
from postlude.people.components import Edge
from postlude.people.describing import locked
from postlude.people.errors import ContactErased, NotJoined, UnknownContact, WhichOne
from postlude.people.models import Contact, Joining, Parting
from postlude.people.types import Actor, Joined, Merged

BY_HAND = "by_hand"


def merge(  # noqa: PLR0913 - who, with whom, why, by whom, when
    org: int,
    contact: int,
    into: int,
    *,
    why: str,
    actor: Actor,
    now: datetime,
    reason: str = BY_HAND,
    dry_run: bool = False,
) -> Merged:
    """Let `into` speak for `contact` and all that it is; publishes `contact.joined`.

    The other way round where `into` is a placeholder and `contact` is not. Nothing happens where
    they are one already. With `dry_run` nothing is written. Raises PurposeMissing without a why,
    UnknownContact, ContactErased.
    """
    why = audit.require_purpose(why)
    with store.write():
        found = _plan(org, contact, into)
        if dry_run or not found.changed:
            return found
        pair = {found.joined: found.contact}
        found = replace(
            found,
            changed=bool(joining.join(org, pair, reason=reason, why=why, actor=actor, now=now)),
        )
        _note(org, [found.joined, found.contact], "merge: " + why, actor, now)
        work.publish(joining.JOINED, org, [found.joined])
    boundaries.crossing("people.merged")
    return found


def unmerge(  # noqa: PLR0913 - whom, why, by whom, when
    org: int, contact: int, *, why: str, actor: Actor, now: datetime, dry_run: bool = False
) -> Merged:
    """Undo the joining by which a contact became another one; publishes `contact.parted`.

    What was joined to `contact` before goes with it. A contact that speaks for one other alone is
    parted from that one. Raises PurposeMissing, NotJoined, WhichOne (it speaks for several),
    ContactErased: who is forgotten was forgotten under every id.
    """
    why = audit.require_purpose(why)
    with store.write():
        everyone = _everyone(org, contact)
        edge = _edge(org, contact, everyone)
        head = everyone[0]
        if dry_run:
            return Merged(contact=head, joined=edge.child, size=len(everyone), changed=True)
        moved = joining.part(org, edge, everyone, why=why, actor=actor, now=now)
        _note(org, [edge.child, head], "unmerge: " + why, actor, now)
        work.publish(joining.PARTED, org, sorted({*moved, head}))
    boundaries.crossing("people.unmerged")
    return Merged(contact=head, joined=edge.child, size=len(everyone), changed=True)


def joinings(org: int, contact: int) -> list[Joined]:
    """Return the ledger of a person: every joining that ever was, oldest first, and what undid it.

    Of all contacts that the person is now, and of those that this very contact was parted from.
    """
    members = {*family(org, contact), contact}
    rows = Joining.objects.filter(org=org)
    mine = rows.filter(child__in=members) | rows.filter(parent__in=members)
    found = list(mine.order_by("at", "id"))
    partings = Parting.objects.filter(org=org, joining__in=[row.id for row in found])
    undone = {row.joining_id: row for row in partings}
    return [_joined(row, undone.get(row.id)) for row in found]


def _joined(row: Joining, parting: Parting | None) -> Joined:
    by = Actor(row.actor_kind, row.actor_id)  # type: ignore[arg-type] # written by `join`
    told = Joined(row.id, row.child_id, row.parent_id, row.reason, row.why, by, row.at)
    if parting is None:
        return told
    parted_by = Actor(parting.actor_kind, parting.actor_id)  # type: ignore[arg-type] # as above
    return replace(told, undone_at=parting.at, undone_why=parting.why, undone_by=parted_by)


def _plan(org: int, contact: int, into: int) -> Merged:
    _living(org, [contact, into])
    heads = canonical(org, [contact, into])
    child, parent = heads[contact], heads[into]
    bare = placeholders.headless(org, [child, parent])
    if parent in bare and child not in bare:
        child, parent = parent, child
    if child == parent:
        return Merged(contact=parent, joined=child, size=len(family(org, parent)), changed=False)
    size = len(family(org, child)) + len(family(org, parent))
    return Merged(contact=parent, joined=child, size=size, changed=True)


def _living(org: int, contacts: Iterable[int]) -> None:
    """Lock these contacts and refuse who is not here or was forgotten."""
    wanted = list(contacts)
    here = set(Contact.objects.filter(org=org, id__in=wanted).values_list("id", flat=True))
    alive = locked(org, wanted)
    for each in wanted:
        if each not in here:
            raise UnknownContact(contact=each)
        if each not in alive:
            raise ContactErased(contact=each)


def _everyone(org: int, contact: int) -> list[int]:
    """Lock all contacts of a person and return them, who speaks for them first."""
    _living(org, [contact])
    while True:
        everyone = family(org, contact)
        locked(org, everyone)
        if family(org, contact) == everyone:
            return everyone


def _edge(org: int, contact: int, everyone: Iterable[int]) -> Edge:
    edges = joining.in_force(org, everyone)
    own = [each for each in edges if each.child == contact]
    led_here = own or [each for each in edges if each.parent == contact]
    if not led_here:
        raise NotJoined(contact=contact)
    if len(led_here) > 1:
        raise WhichOne(contact=contact)
    return led_here[0]


def _note(org: int, contacts: Iterable[int], purpose: str, actor: Actor, now: datetime) -> None:
    audit.note(org, contacts, actor=actor, purpose=purpose[:200], fields=["joined"], now=now)
