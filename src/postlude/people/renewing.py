"""A customer who is known already shows another phone, e-mail or name."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from postlude.kernel import ids, store, work
from postlude.people import audit, joining, placeholders, recording
from postlude.people.aliases import family
from postlude.people.changing import change_email
from postlude.people.joining import JOINED
from postlude.people.lookup import EMAIL, PHONE, REFERENCE
from postlude.people.models import Address, Contact, Identity
from postlude.people.spelling import NAME_MAX
from postlude.people.types import Actor, AddressProblem, CustomerKept, CustomerSeen

_PURPOSE = "told by the shop"


@dataclass(frozen=True, slots=True)
class Known:
    """Who it is, whom phone and e-mail lead to, and how references of numbers begin."""

    contact: int
    phone_owner: int | None
    email_owner: int | None
    numbers: str


@dataclass(frozen=True, slots=True)
class Said:
    """What is shown now; None: nothing is said of it. `phone_keys` are references of `phone`."""

    phone: str | None
    phone_keys: tuple[str, ...]
    email: str | None
    name: str | None


def has_reference(org: int, contact: int, prefix: str) -> bool:
    """Say whether a reference that begins so leads to a contact, under any of its ids."""
    rows = Identity.objects.filter(org=org, kind=REFERENCE, contact__in=family(org, contact))
    return rows.filter(key__startswith=prefix).exists()


def unchanged(org: int, shown: Mapping[int, tuple[str | None, CustomerSeen]]) -> set[int]:
    """Return who is shown as they are known: phone, name, birthday, zone. In a few looks."""
    contacts = list(shown)
    rows = Contact.objects.filter(org=org, id__in=contacts, erased_at=None)
    known = {who: rest for who, *rest in rows.values_list("id", "name", "birthday", "zone")}
    held = Address.objects.filter(org=org, contact__in=contacts, kind=PHONE, until=None)
    phones = dict(held.values_list("contact_id", "value"))
    return {
        who
        for who, (phone, seen) in shown.items()
        if who in known
        and phone in {None, phones.get(who)}
        and _spelled(seen.name) in {"", known[who][0]}
        and _birthday(seen) in {None, known[who][1]}
        and seen.zone in {"", known[who][2]}
    }


def _spelled(name: str | None) -> str:
    return " ".join((name or "").split())[:NAME_MAX]


def _birthday(seen: CustomerSeen) -> int | None:
    return None if seen.birthday is None else seen.birthday[0] * 100 + seen.birthday[1]


def renew(org: int, known: Known, said: Said, *, actor: Actor, now: datetime) -> CustomerKept:
    """Replace what is otherwise by now, inside the caller's transaction.

    Raises ClaimLost, having to be rolled back.
    """
    row = Contact.objects.select_for_update().get(org=org, id=known.contact)
    if row.erased_at is not None:
        hint = "If the person asks to be known again, lift the erasure of this address."
        problem = AddressProblem("erased", "", hint, "This person asked to be forgotten.")
        return CustomerKept(row.id, problem=problem, wrong="who")
    taken: list[str] = []
    changed = [*_rename(org, row, said.name), *_phone(org, known, said, taken, actor, now)]
    if changed:
        audit.note(org, [row.id], actor=actor, purpose=_PURPOSE, fields=changed, now=now)
    contact = row.id
    if said.email is not None and known.email_owner != row.id:
        if _are_two(org, row.id, known.email_owner, known.numbers):
            return CustomerKept(row.id, taken=(*taken, EMAIL))
        found = change_email(org, row.id, said.email, actor=actor, now=now)
        contact = found.contact or row.id
        if found.problem is not None:
            taken.append(EMAIL)
    return CustomerKept(contact, taken=tuple(taken))


def _are_two(org: int, contact: int, owner: int | None, numbers: str) -> bool:
    """Say whether each has a number of its own: they share an address and are two customers."""
    both = (contact, owner)
    return all(each is not None and has_reference(org, each, numbers) for each in both)


def _rename(org: int, row: Contact, name: str | None) -> list[str]:
    words = _spelled(name)
    if not words or words == row.name:
        return []
    Contact.objects.filter(org=org, id=row.id).update(name=words)
    return ["name"]


def _phone(  # noqa: PLR0913, PLR0917 - who is known, what is said, by whom and when
    org: int, known: Known, said: Said, taken: list[str], actor: Actor, now: datetime
) -> list[str]:
    """Give the phone; whoever is known by nothing but this phone is the same customer."""
    if said.phone is None:
        return []
    owner = known.phone_owner
    is_anothers = owner is not None and owner != known.contact
    if owner is not None and is_anothers and not _may_be_absorbed(org, owner):
        taken.append(PHONE)
        return []
    if owner is None:
        recording.claim(org, REFERENCE, {said.phone_keys[0]: known.contact})
    changed = _move(org, known.contact, said, now)
    if owner is not None and is_anothers:
        # After the customer has the phone as its own: should they be parted, it keeps it.
        pair = {owner: known.contact}
        joining.join(org, pair, reason="same_phone", actor=actor, now=now)
        work.publish(JOINED, org, [owner])
    return changed


def _may_be_absorbed(org: int, contact: int) -> bool:
    """Say whether nothing but a phone is known of somebody: a member is never absorbed."""
    return bool(placeholders.headless(org, [contact]))


def _move(org: int, contact: int, said: Said, now: datetime) -> list[str]:
    current = Address.objects.filter(org=org, contact=contact, kind=PHONE, until=None)
    if current.filter(value=said.phone).exists():
        return []
    current.update(until=now)
    # What somebody was called by before may be another's tomorrow: it leads to nobody.
    kind = said.phone_keys[0].partition(":")[0]
    old = Identity.objects.filter(org=org, kind=REFERENCE, contact__in=family(org, contact))
    old.filter(key__startswith=f"{kind}:").exclude(key__in=said.phone_keys).delete()
    columns = ("id", "org_id", "contact_id", "kind", "value", "legacy_hash", "since")
    row = (ids.new_id(), org, contact, PHONE, said.phone, "", now)
    store.insert_many(Address, columns, [row])
    return [PHONE]
