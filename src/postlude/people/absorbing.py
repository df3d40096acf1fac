"""Placeholders that share a phone or a chat id with somebody: merged where it is clear into whom.

At the door this happens by itself, one by one; here it is done for all that are there, such as
after an import or when an organisation changes its mind.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import datetime
from itertools import pairwise

from postlude.people import conflicts
from postlude.people.aliases import CHUNK, canonical
from postlude.people.lookup import PHONE
from postlude.people.merging import merge
from postlude.people.models import Address, Placeholder
from postlude.people.placeholders import headless
from postlude.people.reaching import LINE
from postlude.people.types import Absorbed, Actor

REASON = "placeholder"
BY = {"phone": PHONE, "line": LINE}
_WALK = 500


def merge_placeholders(
    org: int, by: str, *, actor: Actor, now: datetime, dry_run: bool = False
) -> Absorbed:
    """Merge each placeholder into the one member who has the same phone or LINE id.

    Where several members have it they are written down as a conflict, and the placeholder stays;
    placeholders among themselves are one person. Safe to stop and to repeat; each merge is a
    transaction of its own. With `dry_run` nothing is written. Raises KeyError for another `by`.
    """
    kind = BY[by]
    pairs: list[tuple[int, int]] = []
    asked: set[tuple[int, int]] = set()
    for contacts in _walk(org):
        for sharing in _sharing(org, kind, contacts).values():
            members, bare = _sorted(org, sharing)
            if len(members) > 1:
                asked |= set(pairwise(members))
            elif len(sharing) > 1:
                into = members[0] if members else bare[0]
                pairs += [(each, into) for each in bare if each != into]
    pairs = sorted(set(pairs))
    if not dry_run:
        for child, into in pairs:
            why = f"merge-placeholders --by {by}"
            merge(org, child, into, why=why, actor=actor, now=now, reason=REASON)
        conflicts.note(org, [(kind, one, other) for one, other in sorted(asked)], now=now)
    return Absorbed(tuple(pairs), tuple(sorted(asked)))


def _walk(org: int) -> Iterator[list[int]]:
    """Yield the placeholders of an organisation, some at a time."""
    after = 0
    rows = Placeholder.objects.filter(org=org).order_by("contact")
    while found := list(rows.filter(contact__gt=after).values_list("contact", flat=True)[:_WALK]):
        yield found
        after = found[-1]


def _sharing(org: int, kind: str, contacts: Collection[int]) -> dict[str, set[int]]:
    """Return by value who has it now, of the values that these contacts have."""
    rows = Address.objects.filter(org=org, kind=kind, until=None)
    values = sorted(set(rows.filter(contact__in=contacts).values_list("value", flat=True)))
    owners: dict[str, set[int]] = defaultdict(set)
    for start in range(0, len(values), CHUNK):
        held = rows.filter(value__in=values[start : start + CHUNK])
        for value, contact in held.values_list("value", "contact"):
            owners[value].add(contact)
    heads = canonical(org, {each for sharing in owners.values() for each in sharing})
    return {value: {heads[each] for each in sharing} for value, sharing in owners.items()}


def _sorted(org: int, contacts: Collection[int]) -> tuple[list[int], list[int]]:
    """Return the members and the placeholders among these, each oldest first."""
    bare = headless(org, contacts)
    return sorted(set(contacts) - bare), sorted(bare)
