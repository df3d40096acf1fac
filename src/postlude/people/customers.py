"""Customers of a shop: found by the shop's own number, by phone, or by e-mail, and kept up to date.

A number and a phone are references of the customer, the phone as a keyed hash, so that an erasure
leaves no phone behind and still keeps its owner out. Unlike a buyer of tickets, whose phone may be
a friend's, a customer *is* known by the phone that the shop calls them by.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from postlude.kernel import boundaries, pseudonyms, redact, store
from postlude.kernel.errors import BadAddress
from postlude.orgs import api as orgs
from postlude.people import conflicts, consents, placeholders, recording, renewing
from postlude.people.aliases import canonical
from postlude.people.describing import describe_many
from postlude.people.lookup import EMAIL, PHONE, REFERENCE, claimed
from postlude.people.recognition import CHUNK, TRIES, StillContended, recognise_many
from postlude.people.recording import ClaimLost
from postlude.people.spelling import read_email, read_phone
from postlude.people.types import (
    Actor,
    AddressProblem,
    CustomerKept,
    CustomerSeen,
    Description,
    PersonSeen,
)
from postlude.people.zones import is_zone

SOURCE = "shop"
_NUMBER, _PHONE = "customer:", "phone:"


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer with everything in its one spelling; `phones` are the keys of the phone, the
    newest first.
    """

    seen: CustomerSeen
    number: str
    phone: str | None
    phones: tuple[str, ...]
    email: str | None

    @property
    def names_itself(self) -> bool:
        """Whether more than a phone says who it is."""
        return bool(self.number or self.email)

    @property
    def keys(self) -> list[str]:
        return [each for each in (self.number, *self.phones[:1], self.email) if each]


@dataclass(frozen=True, slots=True)
class Owners:
    """Whom references and e-mails lead to."""

    references: Mapping[str, int]
    emails: Mapping[str, int]

    def by_number(self, customer: Customer) -> int | None:
        return self.references.get(customer.number)

    def by_phone(self, customer: Customer) -> int | None:
        found = (self.references.get(each) for each in customer.phones)
        return next((each for each in found if each is not None), None)

    def by_email(self, customer: Customer) -> int | None:
        return self.emails.get(customer.email or "")

    def of_all(self, customer: Customer) -> int | None:
        """Return the one contact to whom all that is given leads; None when it is not one."""
        wanted = bool(customer.number), bool(customer.phone), bool(customer.email)
        found = (self.by_number(customer), self.by_phone(customer), self.by_email(customer))
        told = {who for who, is_given in zip(found, wanted, strict=True) if is_given}
        return next(iter(told)) if len(told) == 1 else None

    def knows(self, customer: Customer) -> bool:
        found = (self.by_number(customer), self.by_phone(customer), self.by_email(customer))
        return any(each is not None for each in found)


def upsert_customers(
    org: int, seen: Sequence[CustomerSeen], *, actor: Actor, now: datetime
) -> list[CustomerKept]:
    """Keep what is said of customers; return who each is, in order.

    Idempotent, and safe beside others doing the same: one number is one customer, and so are one
    phone and one e-mail, unless the customer who has it has another number. A customer known by a
    phone alone joins the one who shows it with a number. What is given replaces what was known;
    each change leaves an audit row. A phone or an e-mail that cannot be one is a problem, and
    nothing of that customer is kept. At most 500 in a transaction, unless the caller is already
    inside `store.write()`.
    """
    region = orgs.get(org).region
    kept: list[CustomerKept] = []
    for part in store.chunks(seen, CHUNK):
        kept += _upsert(org, [_read(org, each, region) for each in part], actor, now)
        boundaries.crossing("people.customers_kept")
    return kept


def find_customers(
    org: int, *, numbers: Collection[str] = (), phones: Collection[str] = ()
) -> tuple[dict[str, int], dict[str, int]]:
    """Return who has these numbers and these phones, as they were asked for.

    Left out is what nobody has, and what cannot be a phone (see `check_phone`).
    """
    region = orgs.get(org).region if phones else ""
    read = {raw: read_phone(raw, region) for raw in phones}
    keys = {raw: _phone_keys(org, phone) for raw, phone in read.items() if phone is not None}
    wanted = [f"{_NUMBER}{each}" for each in numbers]
    owners = _owners_of(org, [*wanted, *(key for found in keys.values() for key in found)], [])
    by_number = {key.removeprefix(_NUMBER): owners.references.get(key) for key in wanted}
    by_phone = {
        raw: next((owners.references[key] for key in found if key in owners.references), None)
        for raw, found in keys.items()
    }
    return _present(by_number), _present(by_phone)


def check_phone(org: int, raw: str) -> None:
    """Raise BadAddress, with a hint, for what cannot be a phone."""
    pseudonyms.normalise_phone(raw, orgs.get(org).region)


def _present(found: Mapping[str, int | None]) -> dict[str, int]:
    return {key: contact for key, contact in found.items() if contact is not None}


def _read(org: int, seen: CustomerSeen, region: str) -> Customer | CustomerKept:
    """Return a customer in the one spelling, or why nothing can be kept."""
    phone = email = None
    try:
        if seen.phone is not None:
            phone = pseudonyms.normalise_phone(seen.phone, region)
    except BadAddress as bad:
        masked = redact.mask_phone(seen.phone or "")
        problem = AddressProblem(bad.code, masked, bad.hint, bad.text())
        return CustomerKept(None, problem=problem, wrong=PHONE)
    if seen.email is not None:
        email, wrong = read_email(seen.email)
        if wrong is not None:
            return CustomerKept(None, problem=wrong, wrong=EMAIL)
    if not (seen.number or phone or email):
        hint = "Give the number, the phone or the e-mail of the customer."
        problem = AddressProblem("missing", "", hint, "Nothing says who this is.")
        return CustomerKept(None, problem=problem, wrong="who")
    if seen.zone and not is_zone(seen.zone):
        hint = "Write a zone by its IANA name, such as Asia/Vladivostok."
        problem = AddressProblem("not_a_zone", "", hint, "There is no such zone.")
        return CustomerKept(None, problem=problem, wrong="zone")
    number = f"{_NUMBER}{seen.number}" if seen.number else ""
    return Customer(seen, number, phone, _phone_keys(org, phone) if phone else (), email)


def _phone_keys(org: int, phone: str) -> tuple[str, ...]:
    return tuple(f"{_PHONE}{each}" for each in pseudonyms.all_pseudonyms(org, PHONE, phone))


def _upsert(
    org: int, read: Sequence[Customer | CustomerKept], actor: Actor, now: datetime
) -> list[CustomerKept]:
    customers = [each for each in read if isinstance(each, Customer)]
    for _ in range(TRIES):
        try:
            with store.write():
                found = _keep(org, customers, actor, now)
                _answer(org, customers, found, now)
                kept = iter(found)
        except ClaimLost:
            continue
        return [next(kept) if isinstance(each, Customer) else each for each in read]
    raise StillContended


def _answer(
    org: int, customers: Sequence[Customer], kept: Sequence[CustomerKept], now: datetime
) -> None:
    answers = [
        (found.contact, channel, granted)
        for each, found in zip(customers, kept, strict=True)
        if found.contact is not None and found.problem is None
        for channel, granted in each.seen.consents
    ]
    consents.answer_many(org, answers, source=SOURCE, now=now)


def _keep(
    org: int, customers: Sequence[Customer], actor: Actor, now: datetime
) -> list[CustomerKept]:
    """Those of whom nobody knows anything go in as a set, and who shows nothing new is looked at
    as a set; the others one by one.
    """
    owners = _owners(org, customers)
    often = Counter(key for each in customers for key in each.keys)
    alone = [
        place for place, each in enumerate(customers) if all(often[key] == 1 for key in each.keys)
    ]
    fresh = [place for place in alone if not owners.knows(customers[place])]
    added = _add(org, [customers[place] for place in fresh], now)
    kept = dict(zip(fresh, added, strict=True))
    known = {place: owners.of_all(customers[place]) for place in alone}
    same = renewing.unchanged(
        org,
        {
            contact: (customers[place].phone, customers[place].seen)
            for place, contact in known.items()
            if contact is not None
        },
    )
    kept |= {place: CustomerKept(who) for place, who in known.items() if who in same}
    for place, each in enumerate(customers):
        if place not in kept:
            kept[place] = _keep_one(org, each, actor, now)
    return [kept[place] for place in range(len(customers))]


def _keep_one(org: int, customer: Customer, actor: Actor, now: datetime) -> CustomerKept:
    owners = _owners(org, [customer])
    contact = owners.by_number(customer) or _nobody_elses(org, customer, owners)
    phone_is_free = owners.by_phone(customer) is None
    email_is_free = owners.by_email(customer) is None
    kept = CustomerKept(contact)
    if contact is None or _is_absorbed(org, customer, owners, contact):
        kept = _add(org, [customer], now, phone=phone_is_free, email=email_is_free)[0]
    if contact is not None and kept.contact is not None and kept.problem is None:
        renewed = _renew(org, customer, owners, kept, actor, now)
        kept = replace(renewed, created=kept.created)
    _contest(org, customer, owners, kept, now)
    return kept


def _nobody_elses(org: int, customer: Customer, owners: Owners) -> int | None:
    """Return to whom phone or e-mail lead, unless that is a customer with another number.

    A phone alone leads a member to a placeholder, and to no other contact: two may share one.
    """
    by_phone, by_email = owners.by_phone(customer), owners.by_email(customer)
    if customer.number and by_phone not in {None, by_email}:
        bare = placeholders.headless(org, [by_phone or 0])
        by_phone = by_phone if by_phone in bare else None
    for found in (by_phone, by_email):
        if found is not None and not (
            customer.number and renewing.has_reference(org, found, _NUMBER)
        ):
            return found
    return None


def _is_absorbed(org: int, customer: Customer, owners: Owners, contact: int) -> bool:
    """Say whether a member turns up of whom only a phone was known: it is a contact of its own.

    The placeholder joins it, so that the two can be parted should the phone have been another's.
    """
    is_new = bool(customer.number) and owners.by_number(customer) is None
    return is_new and bool(placeholders.headless(org, [contact]))


def _renew(  # noqa: PLR0913, PLR0917 - who it is, what is said, by whom and when
    org: int,
    customer: Customer,
    owners: Owners,
    kept: CustomerKept,
    actor: Actor,
    now: datetime,
) -> CustomerKept:
    contact = kept.contact or 0
    email_owner = contact if kept.created else owners.by_email(customer)
    known = renewing.Known(contact, owners.by_phone(customer), email_owner, _NUMBER)
    said = renewing.Said(
        customer.phone,
        customer.phones,
        customer.seen.email if customer.email else None,
        customer.seen.name,
    )
    if customer.number and not kept.created and owners.by_number(customer) is None:
        recording.claim(org, REFERENCE, {customer.number: contact})
    renewed = renewing.renew(org, known, said, actor=actor, now=now)
    if renewed.contact is not None and renewed.problem is None:
        if customer.names_itself:
            placeholders.settle(org, [renewed.contact])
        _describe(org, [(renewed.contact, customer)])
    return renewed


def _contest(
    org: int, customer: Customer, owners: Owners, kept: CustomerKept, now: datetime
) -> None:
    """Ask somebody about two customers who show one phone or one e-mail."""
    owner = {PHONE: owners.by_phone(customer), EMAIL: owners.by_email(customer)}
    conflicts.note(org, [(kind, kept.contact, owner[kind]) for kind in kept.taken], now=now)


def _add(
    org: int,
    customers: Sequence[Customer],
    now: datetime,
    *,
    phone: bool = True,
    email: bool = True,
) -> list[CustomerKept]:
    """Make contacts of customers whom nothing leads to; what is another's is left out."""
    seen = [
        PersonSeen(
            each.seen.email if email else None,
            each.phone if phone else None,
            each.seen.name,
            each.seen.locale,
            SOURCE,
            each.number or (each.phones[0] if each.phones else ""),
            needs_email=False,
        )
        for each in customers
    ]
    found = recognise_many(org, seen, now=now)
    taken = tuple(
        name
        for name, free, given in (
            (PHONE, phone, any(each.phone for each in customers)),
            (EMAIL, email, any(each.email for each in customers)),
        )
        if given and not free
    )
    kept = [
        CustomerKept(each.contact, each.created, each.problem, "who" if each.problem else "", taken)
        for each in found
    ]
    known = [
        (each.contact, customer)
        for each, customer in zip(kept, customers, strict=True)
        if each.contact is not None and each.problem is None
    ]
    beside = {
        each.phones[0]: contact for contact, each in known if phone and each.number and each.phones
    }
    recording.claim(org, REFERENCE, beside)
    bare = [contact for contact, each in known if phone and each.phone and not each.names_itself]
    if bare and orgs.identity(org).merge_by_phone:
        placeholders.mark(org, bare, now=now)
    _describe(org, known)
    return kept


def _describe(org: int, known: Iterable[tuple[int, Customer]]) -> None:
    describe_many(
        org,
        [
            Description(contact, birthday=each.seen.birthday, zone=each.seen.zone or None)
            for contact, each in known
            if each.seen.birthday is not None or each.seen.zone
        ],
    )


def _owners(org: int, customers: Iterable[Customer]) -> Owners:
    wanted = list(customers)
    references = [key for each in wanted for key in (each.number, *each.phones) if key]
    return _owners_of(org, references, [each.email for each in wanted if each.email])


def _owners_of(org: int, references: Sequence[str], emails: Sequence[str]) -> Owners:
    led = claimed(org, REFERENCE, references)
    mailed = claimed(org, EMAIL, emails)
    heads = canonical(org, [*led.values(), *mailed.values()])
    return Owners(
        {key: heads[contact] for key, contact in led.items()},
        {key: heads[contact] for key, contact in mailed.items()},
    )
