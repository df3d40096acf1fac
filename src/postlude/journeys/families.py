"""All names of one person: contacts that were joined are read together, and nothing is copied.

A family is named by its head, the contact that speaks for all of them now.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from postlude.journeys import marks
from postlude.journeys.recurring import known
from postlude.messages.types import State
from postlude.people import api as people

JOINED = "joined"  # why a message is cancelled that would be a second one now
QUEUED = frozenset({State.QUEUED, State.LEASED})  # nothing of it has left
Families = Mapping[int, Sequence[int]]


def several(org: int, heads: Collection[int]) -> dict[int, list[int]]:
    """Return all names of those heads that have more than one."""
    return {head: names for head, names in people.families(org, heads).items() if len(names) > 1}


def of(org: int, contacts: Collection[int]) -> dict[int, list[int]]:
    """Return the whole families of these contacts, by whatever names they are given."""
    return people.families(org, set(people.canonical(org, contacts).values()))


def heads_of(families: Families) -> dict[int, int]:
    """Return the head of each name."""
    return {name: head for head, names in families.items() for name in names}


def last_orders(org: int, contacts: Iterable[int], families: Families) -> dict[int, datetime]:
    """Return when each of these contacts, and each head, ordered last by any of their names."""
    heads = heads_of(families)
    found: dict[int, datetime] = {}
    for contact, at in known.last_orders(org, [*contacts, *heads]).items():
        head = heads.get(contact, contact)
        found[head] = max(at, found.get(head, at))
    return found


def marks_made(
    org: int, journey: int, families: Families
) -> Mapping[int, list[tuple[str, datetime]]]:
    """Return each head's marks by any of its names: the scope, and when it was made."""
    heads = heads_of(families)
    found: dict[int, list[tuple[str, datetime]]] = defaultdict(list)
    for contact, scope, at in marks.of_contacts(org, journey, heads):
        found[heads[contact]].append((scope, at))
    return found
