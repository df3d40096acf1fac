"""What the contact that speaks for two has of the other, and gives back when they are parted.

Words are copied, a name, level, birthday or zone fills a gap, and places and addresses of which the
parent has none go over: the numbers of what went are kept with the joining. Taking all of it back
and handing on anew by the joinings that are left is how a parting is done, so that it does not
matter in which order joinings came and went.
"""

from collections.abc import Collection, Sequence
from typing import Any

from postlude.kernel import ids, store
from postlude.people.components import Edge, upwards
from postlude.people.lookup import EMAIL, PHONE
from postlude.people.models import Address, Contact, Identity, Joining, Label
from postlude.people.reaching import KINDS, PUSH

# What fills a gap, and what a gap looks like.
_FIELDS: dict[str, str | None] = {
    "name": "",
    "locale": "",
    "level": None,
    "birthday": None,
    "zone": None,
}
_ADDRESSES = (EMAIL, PHONE, *KINDS)
Handed = dict[str, Any]


def hand_on(org: int, edges: Sequence[Edge]) -> None:
    """Give each parent what is its child's, from the leaves up; keep with each joining what."""
    for edge in upwards(edges):
        handed = {
            "labels": _labels(org, edge),
            "fields": _fields(org, edge),
            "addresses": _addresses(org, edge),
        }
        kept = {name: what for name, what in handed.items() if what}
        Joining.objects.filter(org=org, id=edge.id).update(handed=kept or None)


def take_back(org: int, edges: Sequence[Edge], among: Collection[int]) -> None:
    """Return to each child what its parent got; `among` are all contacts of the person.

    What was changed since then was said of the person, and stays where it is.
    """
    rows = Joining.objects.filter(org=org, id__in=[edge.id for edge in edges])
    kept: dict[int, Handed] = {
        number: handed or {} for number, handed in rows.values_list("id", "handed")
    }
    for edge in reversed(upwards(edges)):
        handed = kept.get(edge.id, {})
        Label.objects.filter(org=org, id__in=handed.get("labels", [])).delete()
        for field, value in handed.get("fields", {}).items():
            same = Contact.objects.filter(org=org, id=edge.parent, **{field: value})
            same.update(**{field: _FIELDS[field]})
        went = Address.objects.filter(org=org, id__in=handed.get("addresses", []), until=None)
        own = _kinds_of(org, edge.child)
        for row in went.filter(contact__in=among):
            if row.kind not in own:
                _move(org, row, edge.child)
    rows.update(handed=None)


def _labels(org: int, edge: Edge) -> list[int]:
    words = Label.objects.filter(org=org, contact=edge.child).order_by("kind", "label")
    rows = [
        (new, org, kind, label, edge.parent)
        for new, (kind, label) in zip(
            ids.new_ids(words.count()), words.values_list("kind", "label"), strict=True
        )
    ]
    columns = ("id", "org_id", "kind", "label", "contact_id")
    new = store.insert_ignore(Label, columns, rows, conflict=("org", "kind", "label", "contact"))
    return sorted(int(each) for each in new)


def _fields(org: int, edge: Edge) -> dict[str, Any]:
    rows = Contact.objects.filter(org=org, id__in=(edge.child, edge.parent))
    said = {row["id"]: row for row in rows.values("id", *_FIELDS)}
    child, parent = said[edge.child], said[edge.parent]
    gained = {name: child[name] for name in _FIELDS if child[name] and not parent[name]}
    if gained:
        Contact.objects.filter(org=org, id=edge.parent).update(**gained)
    return gained


def _addresses(org: int, edge: Edge) -> list[int]:
    """Let addresses go over; of a kind of which the parent has its own, the child's stay with it.

    A person may be signed in on several devices.
    """
    rows = Address.objects.filter(org=org, contact=edge.child, kind__in=_ADDRESSES, until=None)
    own = _kinds_of(org, edge.parent)
    going = [row for row in rows.order_by("id") if row.kind not in own]
    for row in going:
        _move(org, row, edge.parent)
    return [row.id for row in going]


def _kinds_of(org: int, contact: int) -> set[str]:
    """Return of which kinds, other than devices, a contact has an address."""
    rows = Address.objects.filter(org=org, contact=contact, until=None)
    return set(rows.values_list("kind", flat=True)) - {PUSH}


def _move(org: int, row: Address, contact: int) -> None:
    Identity.objects.filter(org=org, kind=row.kind, key=row.value).update(contact=contact)
    Address.objects.filter(org=org, id=row.id).update(contact=contact)
