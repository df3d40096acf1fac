"""Addresses that are not written to, by keyed hash: the list outlives the people on it."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from postlude.kernel import boundaries, ids, lookups, pseudonyms, store
from postlude.people import audit
from postlude.people.aliases import CHUNK, canonical
from postlude.people.lookup import EMAIL, PHONE
from postlude.people.models import Suppression
from postlude.people.reaching import KINDS
from postlude.people.rows import addresses_of_kind, current_addresses, erased_among
from postlude.people.types import Actor, Reason

# What each channel writes to. A channel that is not here has no address of a person's own yet.
_KIND_OF_CHANNEL = {"email": EMAIL, "sms": PHONE, **{kind: kind for kind in KINDS}}
_STRENGTH = {reason: rank for rank, reason in enumerate(Reason)}
_COLUMNS = ("id", "org_id", "kind", "pseudonym", "reason", "contact_id", "message_id", "at")


def suppress(  # noqa: PLR0913 - what, why, when, and which message showed it
    org: int,
    kind: str,
    normalised: str,
    reason: str,
    *,
    now: datetime,
    message: int | None = None,
) -> bool:
    """Never write to this address again, for this reason. False when that was so already."""
    with store.write():
        new = add(org, [(kind, normalised)], Reason(reason), now=now, message=message)
    boundaries.crossing("people.suppressed")
    return new > 0


def suppress_contacts(
    org: int, contacts: Collection[int], channel: str, reason: str, *, now: datetime
) -> int:
    """The same for the address that each contact has now; how many were new."""
    heads = sorted({*canonical(org, contacts).values()})
    kind = _KIND_OF_CHANNEL.get(channel)
    held = [(row.kind, row.value) for row in current_addresses(org, heads) if row.kind == kind]
    with store.write():
        new = add(org, held, Reason(reason), now=now)
    boundaries.crossing("people.contacts_suppressed")
    return new


def lift(  # noqa: PLR0913 - who lifts what, and why
    org: int, kind: str, normalised: str, reason: str, *, actor: Actor, purpose: str, now: datetime
) -> bool:
    """Take an address off the list, because its owner asked for it. True when it was on it."""
    purpose = audit.require_purpose(purpose)
    hashes = pseudonyms.all_pseudonyms(org, kind, normalised)
    with store.write():
        rows = Suppression.objects.filter(
            org=org, kind=kind, pseudonym__in=hashes, reason=Reason(reason)
        )
        contacts = {each for each in rows.values_list("contact_id", flat=True) if each}
        lifted = rows.delete()[0]
        audit.note(org, contacts, actor=actor, purpose=purpose, fields=[reason], now=now)
    boundaries.crossing("people.suppression_lifted")
    return lifted > 0


def suppressed(org: int, contacts: Collection[int], channel: str) -> dict[int, str]:
    """The strongest reason against writing to each contact now; those without are left out."""
    heads = canonical(org, contacts)
    wanted = sorted({*heads.values()})
    kind = kind_of(channel)
    held = addresses_of_kind(org, wanted, kind) if kind is not None else ()
    found = reasons(org, wanted, kind, held)
    return {contact: found[head].value for contact, head in heads.items() if head in found}


def kind_of(channel: str) -> str | None:
    """Return what kind of address a channel writes to, if a person has such a one."""
    return _KIND_OF_CHANNEL.get(channel)


def reasons(
    org: int, heads: Sequence[int], kind: str | None, held: Iterable[tuple[int, int, str]]
) -> dict[int, Reason]:
    """The same of canonical contacts with these addresses (contact, number, value) of a kind."""
    found = dict.fromkeys(erased_among(org, heads), Reason.ERASURE)
    if kind is None:
        return found
    hashed = pseudonyms.hashing(org, kind)
    owner_of = {each: contact for contact, _, value in held for each in hashed(value)}
    for each, reason in _listed(org, owner_of):
        contact = owner_of[each]
        found[contact] = min(found.get(contact, reason), reason, key=_STRENGTH.__getitem__)
    return found


def add(  # noqa: PLR0913
    org: int,
    addresses: Iterable[tuple[str, str]],
    reason: Reason,
    *,
    now: datetime,
    message: int | None = None,
    contact: int | None = None,
) -> int:
    """Put normalised addresses on the list, inside the caller's transaction."""
    hashes = [(kind, pseudonyms.pseudonym(org, kind, value)) for kind, value in addresses]
    return add_hashes(org, hashes, reason, now=now, message=message, contact=contact)


def add_hashes(  # noqa: PLR0913
    org: int,
    hashes: Iterable[tuple[str, str]],
    reason: Reason,
    *,
    now: datetime,
    message: int | None = None,
    contact: int | None = None,
) -> int:
    rows = [
        (ids.new_id(), org, kind, each, reason.value, contact, message, now)
        for kind, each in sorted(set(hashes))
    ]
    conflict = ("org", "kind", "pseudonym", "reason")
    return len(store.insert_ignore(Suppression, _COLUMNS, rows, conflict=conflict))


def _listed(org: int, hashes: Collection[str]) -> list[tuple[str, Reason]]:
    found = []
    for chunk in store.chunks(list(hashes), CHUNK):
        rows = lookups.rows_by(
            "pseudonym, reason", "people_suppression", "org_id = %s", [org], pseudonym=chunk
        )
        found += [(each, Reason(why)) for each, why in rows]
    return found
