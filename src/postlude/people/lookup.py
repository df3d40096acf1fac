"""What is already known about a batch of persons, in a fixed number of queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from postlude.kernel import pseudonyms
from postlude.people.aliases import canonical
from postlude.people.matching import Referred
from postlude.people.models import Address, Contact, Identity, Suppression
from postlude.people.showing import Shown
from postlude.people.spelling import Read
from postlude.people.types import Reason

EMAIL = "email"
PHONE = "phone"
REFERENCE = "reference"


@dataclass(slots=True)
class Known:
    owners: dict[str, int]
    referred: dict[str, Referred]
    erased: dict[str, int]
    reachable: set[int] = field(default_factory=set)  # has a current e-mail
    phoned: set[int] = field(default_factory=set)
    nameless: set[int] = field(default_factory=set)
    unlocalised: set[int] = field(default_factory=set)


def look_up(org: int, people: Sequence[Read]) -> Known:
    """Everything that recognition needs to know about these persons."""
    emails = {person.email for person in people if person.email is not None}
    references = {person.seen.reference for person in people if person.seen.reference}
    owners = identities(org, EMAIL, emails)
    shown = _shown(org, references)
    by_reference = {key: contact for key, (contact, _) in shown.items()}
    speaks_for = canonical(org, by_reference.values())
    by_reference = {key: speaks_for[contact] for key, contact in by_reference.items()}
    known = Known(owners, {}, erased_owners(org, emails - owners.keys()))
    contacts = {*owners.values(), *by_reference.values()}
    erased = _read_contacts(org, contacts, known)
    past = _read_addresses(org, contacts, known)
    known.referred = {
        key: Referred(
            contact,
            has_email=contact in known.reachable,
            erased=contact in erased,
            past_emails=frozenset(past.get(contact, ())),
            shown=shown[key][1],
        )
        for key, contact in by_reference.items()
    }
    return known


def identities(org: int, kind: str, keys: Iterable[str]) -> dict[str, int]:
    """Who is found by these keys now: the contact that speaks for whoever has them."""
    found = claimed(org, kind, keys)
    heads = canonical(org, found.values())
    return {key: heads[contact] for key, contact in found.items()}


def claimed(org: int, kind: str, keys: Iterable[str]) -> dict[str, int]:
    """Return which contacts these keys lead to, whoever speaks for them."""
    rows = Identity.objects.filter(org=org, kind=kind, key__in=list(keys))
    return dict(rows.values_list("key", "contact_id"))


def _shown(org: int, references: Iterable[str]) -> dict[str, tuple[int, Shown]]:
    rows = Identity.objects.filter(org=org, kind=REFERENCE, key__in=list(references))
    return {
        key: (contact, Shown(digest, at))
        for key, contact, digest, at in rows.values_list("key", "contact_id", "shown", "shown_at")
    }


def erased_owners(org: int, emails: Iterable[str]) -> dict[str, int]:
    """Which of these e-mails belonged to a person who was erased, and to whom."""
    erased = Suppression.objects.filter(org=org, reason=Reason.ERASURE, kind=EMAIL)
    wanted = list(emails)
    if not wanted or not erased.exists():  # hashing is not free, and mostly nobody was erased
        return {}
    hashes = {
        each: email for email in wanted for each in pseudonyms.all_pseudonyms(org, EMAIL, email)
    }
    rows = erased.filter(pseudonym__in=list(hashes), contact__isnull=False)
    return {hashes[each]: contact for each, contact in rows.values_list("pseudonym", "contact_id")}


def _read_contacts(org: int, contacts: Iterable[int], known: Known) -> set[int]:
    rows = Contact.objects.filter(org=org, id__in=list(contacts))
    erased = set()
    for contact, name, locale, erased_at in rows.values_list("id", "name", "locale", "erased_at"):
        if erased_at is not None:
            erased.add(contact)
            continue
        if not name:
            known.nameless.add(contact)
        if not locale:
            known.unlocalised.add(contact)
    return erased


def _read_addresses(org: int, contacts: Iterable[int], known: Known) -> dict[int, list[str]]:
    past: dict[int, list[str]] = {}
    rows = Address.objects.filter(org=org, contact__in=list(contacts))
    for contact, kind, value, until in rows.values_list("contact_id", "kind", "value", "until"):
        if kind == EMAIL and until is not None:
            past.setdefault(contact, []).append(value)
        elif kind == EMAIL:
            known.reachable.add(contact)
        elif kind == PHONE and until is None:
            known.phoned.add(contact)
    return past
