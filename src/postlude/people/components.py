"""Who speaks for whom, given which contacts were joined to which. Pure.

A joining in force leads from a contact that spoke for itself to one that did: every contact has at
most one, and following them ends. So taking one away leaves two whole trees, with nothing to guess.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edge:
    """A joining in force: the ledger's number, and which contact led to which."""

    id: int
    child: int
    parent: int


def heads(contacts: Iterable[int], edges: Iterable[Edge]) -> dict[int, int]:
    """Return who speaks for each of these contacts."""
    step = {edge.child: edge.parent for edge in edges}
    return {contact: _path(contact, step)[-1] for contact in contacts}


def upwards(edges: Sequence[Edge]) -> list[Edge]:
    """Return the joinings in the order in which things are handed on: from the leaves up."""
    step = {edge.child: edge.parent for edge in edges}
    return sorted(edges, key=lambda edge: (-len(_path(edge.child, step)), edge.id))


def _path(contact: int, step: Mapping[int, int]) -> list[int]:
    path = [contact]
    while path[-1] in step:
        path.append(step[path[-1]])
    return path
