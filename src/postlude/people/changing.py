"""What a person who works here changes by hand. Each change leaves an audit row."""

from datetime import datetime

from postlude.kernel import boundaries, ids, pseudonyms, store, work
from postlude.people import audit, joining, placeholders, recording
from postlude.people.aliases import canonical
from postlude.people.errors import ContactErased, UnknownContact
from postlude.people.joining import JOINED
from postlude.people.lookup import EMAIL, erased_owners, identities
from postlude.people.models import Address, Contact, Identity
from postlude.people.recognition import ADDRESSED
from postlude.people.recording import ClaimLost
from postlude.people.spelling import NAME_MAX, masked, read_email
from postlude.people.types import Actor, AddressProblem, Recognised

# A contact has another address than it had: what was sent to the old one must not work any more.
MOVED = "contact.moved"


def change_email(  # noqa: PLR0913 - whose, which, who, when, and what if it is somebody's
    org: int, contact: int, email_raw: str, *, actor: Actor, now: datetime, join: bool = False
) -> Recognised:
    """Give a contact another e-mail; the old one stays in its history and identifies nobody.

    When the new one is another contact's: a contact without an e-mail joins its owner, who is
    returned; a contact with one is left alone, with the problem `taken`, unless the caller knows
    that they are one person and says `join`. Publishes `contact.moved`, `contact.addressed` (it
    had none) or `contact.joined` (keys: contacts).
    """
    email, problem = read_email(email_raw)
    if email is None:
        with store.write():
            _alive(org, contact)  # first of all: nothing is said of a contact that is not ours
        return Recognised(contact, problem=problem)
    try:
        with store.write():
            head = _alive(org, contact).id
            found = _change(org, head, email, email_raw, actor, now, join=join)
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


def _change(  # noqa: PLR0913, PLR0917 - see above
    org: int, head: int, email: str, raw: str, actor: Actor, now: datetime, *, join: bool
) -> Recognised:
    current = Address.objects.filter(org=org, contact=head, kind=EMAIL, until=None)
    owner = identities(org, EMAIL, [email]).get(email)
    if owner == head:
        return Recognised(head)
    if email in erased_owners(org, [email]):
        hint = "If the person asks to be known again, lift the erasure of this address."
        words = "This person asked to be forgotten."
        return Recognised(head, problem=AddressProblem("erased", masked(raw), hint, words))
    if owner is not None:
        if current.exists() and not join:
            return Recognised(head, problem=_taken(raw))
        _leave(org, head, now)
        _joined(org, head, owner, actor, now)
        return Recognised(owner)
    moved = _leave(org, head, now)
    recording.claim(org, EMAIL, {email: head})
    legacy = pseudonyms.legacy_sha256(raw)
    columns = ("id", "org_id", "contact_id", "kind", "value", "legacy_hash", "since")
    store.insert_many(Address, columns, [(ids.new_id(), org, head, EMAIL, email, legacy, now)])
    recording.resolve_warnings(org, [head], now=now)
    placeholders.settle(org, [head])
    work.publish(MOVED if moved else ADDRESSED, org, [head])
    return Recognised(head)


def _leave(org: int, head: int, now: datetime) -> bool:
    """End the e-mail that a contact has; return whether it had one."""
    Identity.objects.filter(org=org, kind=EMAIL, contact=head).delete()
    current = Address.objects.filter(org=org, contact=head, kind=EMAIL, until=None)
    return current.update(until=now) > 0


def _joined(org: int, child: int, parent: int, actor: Actor, now: datetime) -> None:
    joining.join(org, {child: parent}, reason="email_by_hand", actor=actor, now=now)
    recording.resolve_warnings(org, [child], now=now)
    work.publish(JOINED, org, [child])


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
    hint = "Look for the other contact. If it is the same person, say so, and the two are joined."
    return AddressProblem("taken", masked(raw), hint, "Another contact has this e-mail.")
