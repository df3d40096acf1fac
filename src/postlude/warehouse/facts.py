"""Gather the facts behind tickets from the rooms below, and turn them into rows that may leave.

Raw values live in memory only, between `people` and the hash: nothing here writes.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from postlude.kernel import pseudonyms
from postlude.orders import api as orders
from postlude.orders.types import TicketFact
from postlude.orgs.types import OrgRef
from postlude.people import api as people
from postlude.people.types import Pseudonyms
from postlude.warehouse import deidentify, erasure, rows
from postlude.warehouse.types import Mode, Policy, Row

_NOBODY = Pseudonyms(email=None, phone=None, name=None)
Answers = Mapping[int, Sequence[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Gathered:
    """Rows ready to leave, and the labels whose answers stayed."""

    rows: list[Row]
    dropped: frozenset[str]


def ticket_of(subject: str) -> int | None:
    """Return the ticket whose form this is; None for what is no ticket's."""
    number = subject.removeprefix(orders.ANSWERS)
    return int(number) if number != subject and number.isdecimal() else None


def gather(org: OrgRef, ticket_ids: Collection[int], policy: Policy) -> Gathered:
    """Return the rows of those tickets that are sales of people who were not erased."""
    tickets = _sales(org, ticket_ids)
    contacts = sorted({each.contact for each in tickets if each.contact is not None})
    answers = _answers(org, tickets)
    hashes = _hashes(org, contacts, policy.mode)
    own = _own_values(org, contacts)
    conferences = {each.id: each.slug for each in orders.conferences(org.id)}
    built: list[Row] = []
    dropped: set[str] = set()
    for ticket in tickets:
        contact = ticket.contact if ticket.contact is not None else 0
        form = deidentify.deidentify(answers.get(ticket.id, ()), policy.keep, own.get(contact, ()))
        dropped |= form.dropped
        conference = conferences.get(ticket.conference, "")
        person = hashes.get(contact, rows.Hashes())
        if policy.mode == "sha256-legacy":
            person = _as_in_old_tables(person, answers.get(ticket.id, ()))
        built.append(rows.build(org, ticket, conference, person, form.columns))
    return Gathered(built, frozenset(dropped))


def _sales(org: OrgRef, ticket_ids: Collection[int]) -> list[TicketFact]:
    facts = orders.tickets(org.id, sorted(ticket_ids)).values()
    erased = erasure.erased(org.id, {each.contact for each in facts if each.contact is not None})
    return [each for each in facts if rows.is_sale(each) and each.contact not in erased]


def _answers(org: OrgRef, tickets: Sequence[TicketFact]) -> Answers:
    found = people.answers(org.id, [orders.answers_subject(each.id) for each in tickets])
    return {each.id: found.get(orders.answers_subject(each.id), ()) for each in tickets}


def _hashes(org: OrgRef, contacts: Sequence[int], mode: Mode) -> dict[int, rows.Hashes]:
    """Pseudonyms of each contact. One person has one `contact`, under however many ids."""
    heads = people.canonical(org.id, contacts)
    known = people.pseudonyms(org.id, contacts)
    found = {}
    for contact in contacts:
        person = known.get(contact, _NOBODY)
        found[contact] = rows.Hashes(
            contact=pseudonyms.pseudonym(org.id, "contact", str(heads.get(contact, contact))),
            email=person.email_legacy if mode == "sha256-legacy" else person.email,
            phone=person.phone,
            name=person.name,
        )
    return found


def _as_in_old_tables(person: rows.Hashes, answers: Sequence[tuple[str, str]]) -> rows.Hashes:
    """Take the hash of what this very form says: one buyer may spell an address in two ways.

    Without the form it is the hash taken at intake, of the spelling that was seen first.
    """
    raw = deidentify.raw_email(answers)
    return person if raw is None else replace(person, email=pseudonyms.legacy_sha256(raw))


def _own_values(org: OrgRef, contacts: Sequence[int]) -> dict[int, list[str]]:
    """What people might have repeated in a free-text answer; numbers are found by their look."""
    own: dict[int, list[str]] = {contact: [] for contact in contacts}
    for contact, name in people.names(org.id, contacts).items():
        own[contact].append(name)
    for contact, address in people.addresses(org.id, contacts).items():
        own[contact].append(address.value)
    return own
