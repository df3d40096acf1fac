"""Recognise persons, many at once, from any number of processes.

Looking is not enough: two workers may look, find nobody and both make a contact. So every new
e-mail and reference is *claimed* by inserting it; the unique key lets one of them win. Whoever
loses a claim rolls its chunk back and looks again.
"""

from collections.abc import Sequence
from datetime import datetime

from postlude.kernel import boundaries, ids, store, work
from postlude.kernel.errors import AppError
from postlude.orgs import api as orgs
from postlude.people import recording, showing
from postlude.people.joining import JOINED
from postlude.people.lookup import Known, look_up
from postlude.people.matching import Match, Referred, Verdict, match
from postlude.people.plan import Plan
from postlude.people.spelling import Read, masked, read, read_phone
from postlude.people.types import AddressProblem, PersonSeen, Recognised

CHUNK = 500  # persons in one transaction
TRIES = 8
# A contact that could not be written to now can: what waited for it may go on.
ADDRESSED = "contact.addressed"


class StillContended(AppError):
    """Others keep claiming the same persons."""

    code = "people.still_contended"
    http_status = 503
    message = "The same persons are being recognised elsewhere; try again."


def recognise_many(org: int, seen: Sequence[PersonSeen], *, now: datetime) -> list[Recognised]:
    """The contact of each person, in order; unknown persons become contacts.

    Safe to repeat and safe beside others doing the same: one e-mail is one contact. What is known
    already (name, locale, phone) is filled in where it was empty, never overwritten.
    """
    region = orgs.get(org).region
    found: list[Recognised] = []
    for chunk in store.chunks(seen, CHUNK):
        found += _recognise(org, [read(person) for person in chunk], region, now)
    return found


def _recognise(org: int, people: Sequence[Read], region: str, now: datetime) -> list[Recognised]:
    for _ in range(TRIES):
        try:
            with store.write():
                plan = Plan()
                known = look_up(org, people)
                found = [_place(org, person, known, plan, region) for person in people]
                recording.record(org, plan, now)
                work.publish(ADDRESSED, org, plan.attached)
                work.publish(JOINED, org, plan.joined)
        except recording.ClaimLost:
            continue
        boundaries.crossing("people.recognised")
        return found
    raise StillContended


def _place(org: int, person: Read, known: Known, plan: Plan, region: str) -> Recognised:
    """Decide for one person, and let the next ones of the batch know."""
    reference = person.seen.reference
    news = is_news(org, person, known.referred.get(reference))
    verdict = match(
        person.email,
        referred=known.referred.get(reference),
        owner=known.owners.get(person.email or ""),
        erased_owner=known.erased.get(person.email or ""),
        has_reference=bool(reference),
        is_news=news,
    )
    if verdict.verdict is Verdict.NOBODY:
        return Recognised(None, problem=person.problem)
    if verdict.verdict is Verdict.ERASED:
        return Recognised(verdict.contact, problem=_erased(person))
    created = verdict.verdict is Verdict.NEW
    contact = ids.new_id() if created or verdict.contact is None else verdict.contact
    if created:
        plan.contacts[contact] = person
    _give_address(person, contact, verdict, known, plan)
    _remember(org, person, contact, verdict.verdict, known, plan)
    _fill(person, contact, known, plan, region)
    reachable = contact in known.reachable
    if not reachable and person.problem is not None:
        plan.warnings.setdefault(contact, person)
    return Recognised(contact, created, None if reachable else person.problem)


def _give_address(person: Read, contact: int, verdict: Match, known: Known, plan: Plan) -> None:
    email = person.email
    if email is None:
        return
    if verdict.verdict in (Verdict.NEW, Verdict.ATTACH):
        plan.emails[email] = (contact, person.seen.email_raw or "")
        known.owners[email] = contact
        known.reachable.add(contact)
    if verdict.verdict is Verdict.ATTACH:
        plan.attached.append(contact)
        plan.warnings.pop(contact, None)
    if verdict.verdict is Verdict.JOIN:
        child = known.referred[person.seen.reference].contact
        plan.joined[child] = contact
        plan.warnings.pop(child, None)


def is_news(org: int, person: Read, before: Referred | None) -> bool | None:
    """Say whether the row shows another e-mail than it did; None when that is not known."""
    if before is None or person.email is None or not before.shown.hash:
        return None
    repeated = showing.repeats(org, before.shown, person.email)
    return not repeated and not showing.is_older(before.shown, person.seen.shown_at)


def _remember(  # noqa: PLR0913, PLR0917 - a row, whose it is, and what it shows
    org: int,
    person: Read,
    contact: int,
    verdict: Verdict,
    known: Known,
    plan: Plan,
) -> None:
    reference = person.seen.reference
    if not reference:
        return
    before = known.referred.get(reference)
    if before is None:
        plan.references[reference] = contact
    elif before.contact != contact and verdict is not Verdict.JOIN:
        plan.moved[reference] = contact
    shown = before.shown if before is not None else showing.NEVER
    if person.email is not None and not showing.is_older(shown, person.seen.shown_at):
        now = showing.of(org, person.email, person.seen.shown_at)
        if now != shown:
            plan.shown[reference] = shown = now
    past = before.past_emails if before is not None else frozenset[str]()
    if before is None or verdict in (Verdict.ATTACH, Verdict.JOIN) or reference in plan.moved:
        has_email = contact in known.reachable
        known.referred[reference] = Referred(contact, has_email, past_emails=past, shown=shown)


def _fill(person: Read, contact: int, known: Known, plan: Plan, region: str) -> None:
    if contact not in known.phoned and person.seen.phone_raw:
        phone = read_phone(person.seen.phone_raw, region)
        if phone is not None:
            plan.phones[contact] = phone
            known.phoned.add(contact)
    if contact in plan.contacts:
        return
    if person.name and contact in known.nameless:
        plan.names[contact] = person.name
        known.nameless.discard(contact)
    if person.seen.locale and contact in known.unlocalised:
        plan.locales[contact] = person.seen.locale
        known.unlocalised.discard(contact)


def _erased(person: Read) -> AddressProblem:
    return AddressProblem(
        "erased",
        masked(person.seen.email_raw or ""),
        "If the person asks to be known again, lift the erasure of this address.",
        "This person asked to be forgotten.",
    )
