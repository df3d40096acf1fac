"""What a person who works here changes by hand. Each change leaves an audit row."""

from datetime import datetime

from postlude.kernel import boundaries, ids, pseudonyms, store, work
from postlude.people import audit, recording
from postlude.people.aliases import canonical
from postlude.people.errors import ContactErased, UnknownContact
from postlude.people.lookup import EMAIL, erased_owners, identities
from postlude.people.models import Address, Contact, Identity
from postlude.people.recognition import ADDRESSED
from postlude.people.recording import ClaimLost
from postlude.people.spelling import NAME_MAX, masked, read_email
from postlude.people.types import Actor, AddressProblem, Recognised


def change_email(
    org: int, contact: int, email_raw: str, *, actor: Actor, now: datetime
) -> Recognised:
    """Give a contact another e-mail; the old one stays in its history and identifies nobody.

    When the new one is another contact's: a contact without an e-mail joins its owner, who is
    returned; a contact with one is left alone, with the problem `taken`.
    """
    email, problem = read_email(email_raw)
    if email is None:
        return Recognised(contact, problem=problem)
    try:
        with store.write():
            found = _change(org, _alive(org, contact).id, email, email_raw, now)
            if found.problem is None:
                audit.note(
                    org,
                    [contact],
                    actor=actor,
                    purpose="change the e-mail",
                    fields=[EMAIL],
                    now=now,
                )
    except ClaimLost:  # somebody with this e-mail arrived at this very moment
        return Recognised(contact, problem=_taken(email_raw))
    boundaries.crossing("people.email_changed")
    return found


def change_name(org: int, contact: int, name: str, *, actor: Actor, now: datetime) -> None:
    """Correct a contact's name; sources only ever fill an empty one."""
    words = " ".join(name.split())[:NAME_MAX]
    with store.write():
        row = _alive(org, contact)
        Contact.objects.filter(org=org, id=row.id).update(name=words)
        audit.note(org, [contact], actor=actor, purpose="change the name", fields=["name"], now=now)
    boundaries.crossing("people.name_changed")


def _change(org: int, head: int, email: str, raw: str, now: datetime) -> Recognised:
    current = Address.objects.filter(org=org, contact=head, kind=EMAIL, until=None)
    owner = identities(org, EMAIL, [email]).get(email)
    if owner == head:
        return Recognised(head)
    if email in erased_owners(org, [email]):
        hint = "If the person asks to be known again, lift the erasure of this address."
        words = "This person asked to be forgotten."
        return Recognised(head, problem=AddressProblem("erased", masked(raw), hint, words))
    if owner is not None:
        if current.exists():
            return Recognised(head, problem=_taken(raw))
        _joined(org, head, owner, now)
        return Recognised(owner)
    Identity.objects.filter(org=org, kind=EMAIL, contact=head).delete()
    current.update(until=now)
    recording.claim(org, EMAIL, {email: head})
    legacy = pseudonyms.legacy_sha256(raw)
    columns = ("id", "org_id", "contact_id", "kind", "value", "legacy_hash", "since")
    store.insert_many(Address, columns, [(ids.new_id(), org, head, EMAIL, email, legacy, now)])
    recording.resolve_warnings(org, [head], now=now)
    work.publish(ADDRESSED, org, [head])
    return Recognised(head)


def _joined(org: int, child: int, parent: int, now: datetime) -> None:
    recording.join(org, {child: parent}, reason="email_by_hand", now=now)
    recording.resolve_warnings(org, [child], now=now)
    work.publish(ADDRESSED, org, [child])


def _alive(org: int, contact: int) -> Contact:
    head = canonical(org, [contact])[contact]
    # Locked, so that two changes of one person come one after the other.
    row = Contact.objects.select_for_update().filter(org=org, id=head).first()
    if row is None:
        raise UnknownContact(contact=contact)
    if row.erased_at is not None:
        raise ContactErased(contact=contact)
    return row


def _taken(raw: str) -> AddressProblem:
    hint = "Look for the other contact; it may be the same person."
    return AddressProblem("taken", masked(raw), hint, "Another contact has this e-mail.")
