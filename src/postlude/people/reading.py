"""What the rooms above may know of people without asking a person: for sending and for hashing."""

from collections.abc import Collection, Sequence

from postlude.kernel import lookups, store
from postlude.kernel import pseudonyms as hashing
from postlude.orgs import api as orgs
from postlude.people import models
from postlude.people.aliases import CHUNK, canonical
from postlude.people.lookup import EMAIL, PHONE, identities
from postlude.people.rows import (
    ContactRow,
    CurrentAddress,
    addresses_of_kind,
    contact_rows,
    current_addresses,
)
from postlude.people.spelling import read_email, spelled
from postlude.people.types import Address, Pseudonyms


def addresses(org: int, contacts: Collection[int], kind: str = EMAIL) -> dict[int, Address]:
    """The current address of each contact that has one. For sending only: never for a page."""
    heads = canonical(org, contacts)
    found = {
        contact: Address(number, value)
        for contact, number, value in addresses_of_kind(org, sorted({*heads.values()}), kind)
    }
    return {contact: found[head] for contact, head in heads.items() if head in found}


def all_addresses(org: int, contacts: Collection[int], kind: str) -> dict[int, list[Address]]:
    """Every current address of each contact that has one, newest last: devices may be several."""
    heads = canonical(org, contacts)
    found: dict[int, list[Address]] = {}
    for row in current_addresses(org, sorted({*heads.values()})):
        if row.kind == kind:
            found.setdefault(row.contact, []).append(Address(row.id, row.value))
    return {contact: found[head] for contact, head in heads.items() if head in found}


def still_current(org: int, ids: Collection[int]) -> set[int]:
    """Which of these addresses are still their owner's: the last look before a letter goes."""
    found: set[int] = set()
    for chunk in store.chunks(sorted(set(ids)), CHUNK):
        rows = store.rows_sql(
            "SELECT id, org_id FROM people_address "  # noqa: S608 - our own SQL
            f"WHERE id {store.among()} AND until IS NULL",
            [store.many(chunk)],
        )
        found.update(number for number, owner in rows if owner == org)
    return found


def names(org: int, contacts: Collection[int]) -> dict[int, str]:
    """The name of each contact that has one. For rendering only."""
    heads = canonical(org, contacts)
    found = {row.id: row.name for row in contact_rows(org, sorted({*heads.values()})) if row.name}
    return {contact: found[head] for contact, head in heads.items() if head in found}


def locales(org: int, contacts: Collection[int]) -> dict[int, str]:
    """The language of each contact; the organisation's where the contact's is not known."""
    default = orgs.get(org).locale
    heads = canonical(org, contacts)
    found: dict[int, str] = {}
    for chunk in store.chunks(sorted({*heads.values()}), CHUNK):
        rows = lookups.rows_by("id, locale", "people_contact", "org_id = %s", [org], id=chunk)
        found.update((contact, locale) for contact, locale in rows)
    return {contact: found.get(head) or default for contact, head in heads.items()}


def find(org: int, email_raw: str) -> int | None:
    """The contact with this e-mail; failing that, the one who had it last."""
    email, _ = read_email(email_raw)
    if email is None:
        return None
    owner = identities(org, EMAIL, [email]).get(email)
    if owner is not None:
        return owner
    past = models.Address.objects.filter(org=org, kind=EMAIL, value=email)
    found = past.order_by("-until").values_list("contact_id", flat=True).first()
    return None if found is None else canonical(org, [found])[found]


def pseudonyms(org: int, contacts: Collection[int]) -> dict[int, Pseudonyms]:
    """Keyed hashes of what is known of each contact, under the current key version.

    An e-mail that nobody can deliver to is hashed as it was spelled, so that its rows still join.
    """
    heads = canonical(org, contacts)
    wanted = sorted({*heads.values()})
    held: dict[int, dict[str, CurrentAddress]] = {}
    for address in current_addresses(org, wanted):
        held.setdefault(address.contact, {})[address.kind] = address
    bad = undeliverable(org, wanted)
    hashed = {
        row.id: _hashed(org, row, held.get(row.id, {}), bad.get(row.id, ""))
        for row in contact_rows(org, wanted)
    }
    return {contact: hashed[head] for contact, head in heads.items() if head in hashed}


def _hashed(org: int, row: ContactRow, held: dict[str, CurrentAddress], bad: str) -> Pseudonyms:
    email, phone = held.get(EMAIL), held.get(PHONE)
    value = email.value if email else spelled(bad)
    legacy = email.legacy_hash if email else hashing.legacy_sha256(bad) if bad else None
    return Pseudonyms(
        email=hashing.pseudonym(org, EMAIL, value) if value else None,
        phone=hashing.pseudonym(org, PHONE, phone.value) if phone else None,
        name=hashing.pseudonym(org, "name", spelled(row.name)) if row.name else None,
        email_legacy=legacy,
    )


def undeliverable(org: int, heads: Sequence[int]) -> dict[int, str]:
    """The e-mail, as given, of contacts that have no other."""
    found: dict[int, str] = {}
    for chunk in store.chunks(heads, CHUNK):
        rows = models.Undeliverable.objects.filter(org=org, contact__in=chunk, resolved_at=None)
        found.update(rows.values_list("contact_id", "raw"))
    return found
