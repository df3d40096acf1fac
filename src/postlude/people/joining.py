"""Two contacts are one person, or were taken for one: the ledger of who was joined to whom.

Rows of the ledger stay for ever: who joined, when and why, and who parted them again. Beside it
`people_alias` says in one step who speaks for whom; it is computed from the joinings in force.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from postlude.kernel import ids, store
from postlude.people import conflicts, inheriting
from postlude.people.aliases import CHUNK, canonical
from postlude.people.components import Edge, heads
from postlude.people.describing import locked
from postlude.people.models import Alias, Joining, Parting
from postlude.people.types import Actor

# A contact turned out to be another one, who speaks for both: what it holds goes over.
JOINED = "contact.joined"
# They were not one after all. Keys: every contact of whom another one speaks than before, and who
# has lost them; what each has been given is looked at again.
PARTED = "contact.parted"
RECOGNITION = Actor("system", "recognition")
_WHY_MAX = 200
_COLUMNS = (
    *("id", "org_id", "child_id", "parent_id", "reason", "why"),
    *("actor_kind", "actor_id", "at"),
)


def join(  # noqa: PLR0913 - who, to whom, why, by whom, when
    org: int,
    joined: Mapping[int, int],
    *,
    reason: str,
    why: str = "",
    actor: Actor = RECOGNITION,
    now: datetime,
) -> list[int]:
    """Let the parents speak for the children from now on; return who was joined.

    Joins the caller's transaction. A child that is somebody else's already stays there.
    """
    if not joined:
        return []
    speakers = _locked(org, [*joined, *joined.values()])
    edges: list[Edge] = []
    for new, (child, parent) in zip(ids.new_ids(len(joined)), sorted(joined.items()), strict=True):
        head = _follow(speakers, parent)
        if speakers[child] == child != head:
            edges.append(Edge(new, child, head))
            speakers[child] = head
    said = (reason, " ".join(why.split())[:_WHY_MAX], actor.kind, actor.id, now)
    rows = [(each.id, org, each.child, each.parent, *said) for each in edges]
    store.insert_many(Joining, _COLUMNS, rows)
    for each in edges:
        _point(org, [each.child], _follow(speakers, each.parent), reason, now)
    inheriting.hand_on(org, edges)
    conflicts.settle_joined(org, [each.child for each in edges], now=now)
    return [each.child for each in edges]


def part(  # noqa: PLR0913 - whom, why, by whom, when
    org: int, edge: Edge, everyone: Sequence[int], *, why: str, actor: Actor, now: datetime
) -> list[int]:
    """Undo a joining; return whose speaker is another one than before.

    Joins the caller's transaction, which has locked `everyone`, all contacts of the person. The
    rest of the person's joinings hold.
    """
    before = canonical(org, everyone)
    edges = in_force(org, everyone)
    inheriting.take_back(org, edges, everyone)
    Joining.objects.filter(org=org, id=edge.id).update(undone_at=now)
    Parting.objects.create(
        org_id=org,
        joining_id=edge.id,
        why=" ".join(why.split())[:_WHY_MAX],
        actor_kind=actor.kind,
        actor_id=actor.id,
        at=now,
    )
    left = [each for each in edges if each.id != edge.id]
    after = heads(everyone, left)
    _rebuild(org, before, after)
    inheriting.hand_on(org, left)
    conflicts.settle_parted(org, everyone)
    return [each for each in everyone if before[each] != after[each]]


def in_force(org: int, contacts: Iterable[int]) -> list[Edge]:
    """Return the joinings that hold by which these contacts were joined to others."""
    found: list[Edge] = []
    for chunk in store.chunks(sorted(set(contacts)), CHUNK):
        rows = Joining.objects.filter(org=org, child__in=chunk, undone_at=None)
        found += [Edge(*row) for row in rows.values_list("id", "child_id", "parent_id")]
    return found


def _locked(org: int, contacts: Sequence[int]) -> dict[int, int]:
    """Lock these contacts and who speaks for them; return who does, also for the forgotten."""
    locked(org, contacts)
    found = canonical(org, contacts)
    return found | {head: head for head in found.values()}


def _follow(speakers: Mapping[int, int], contact: int) -> int:
    head = speakers[contact]
    return head if head == contact else _follow(speakers, head)


def _point(org: int, children: Sequence[int], head: int, reason: str, at: datetime) -> None:
    """Let `head` speak for these contacts, and for whoever they spoke for."""
    rows = [
        (new, org, child, head, reason, at)
        for new, child in zip(ids.new_ids(len(children)), children, strict=True)
    ]
    columns = ("id", "org_id", "child_id", "parent_id", "reason", "at")
    store.insert_ignore(Alias, columns, rows, conflict=("org", "child"))
    Alias.objects.filter(org=org, parent__in=children).update(parent=head)


def _rebuild(org: int, before: Mapping[int, int], after: Mapping[int, int]) -> None:
    """Write down who speaks for each contact, where somebody else did."""
    changed = {each: head for each, head in after.items() if before[each] != head}
    Alias.objects.filter(
        org=org, child__in=[each for each in changed if each == changed[each]]
    ).delete()
    for child, head in changed.items():
        if child != head:
            Alias.objects.filter(org=org, child=child).update(parent=head)
