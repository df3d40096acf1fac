"""Importing guests: everything is checked first, then the same upsert as every door.

A guest is known by contact, so the same file again changes nothing, and one whose address was
changed here keeps the ticket. A ticket that ended stays ended: who comes back gets another.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from postlude.kernel import boundaries, pseudonyms
from postlude.kernel.errors import BadInput
from postlude.kernel.money import Money
from postlude.orders import api as orders
from postlude.orders.errors import UnknownConference
from postlude.orders.types import (
    ConferenceRef,
    EventSeen,
    Kind,
    SaleSeen,
    State,
    TicketFact,
    TicketSeen,
    Via,
)
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.people.types import PersonSeen
from postlude.sources.guests import rows
from postlude.sources.guests.types import GuestRow
from postlude.sources.kktix.exports import reading
from postlude.sources.kktix.exports.types import RowNote
from postlude.sources.types import GuestReport

SOURCE = "guests"
_KIND = re.compile(r"[a-z][a-z0-9-]{0,19}")
_PAGE = 1_000


class BadGuestKind(BadInput):
    """A kind of guest is a short word."""

    code = "bad_guest_kind"
    message = "{kind} is no kind of guest."
    hint = "Use a short word of letters and digits, such as speaker, sponsor or staff."


def import_guests(  # noqa: PLR0913 - whose guests, of what, and how
    org: int,
    *,
    file: Path | bytes,
    conference: str,
    kind: str,
    now: datetime,
    dry_run: bool = False,
    revoke_missing: bool = False,
) -> GuestReport:
    """Let the guests of a file in, as holders of a ticket of price 0; safe to repeat.

    Mistakes are listed, all at once, and then nothing is imported. Raises UnreadableFile,
    UnknownConference and BadGuestKind. A guest who is not in a later file keeps the ticket unless
    `revoke_missing`.
    """
    if not _KIND.fullmatch(kind):
        raise BadGuestKind(kind=kind[:40])
    place = _conference(org, conference)
    raw = file.read_bytes() if isinstance(file, Path) else file
    sheet = reading.read(raw, rows.FILE)
    role, region = kind.replace("-", " ").capitalize(), orgs.get(org).region
    guests, errors, warnings = rows.guests(sheet, role=role, region=region)
    if not guests and not errors:
        errors = [rows.nobody()]
    if errors or dry_run:
        report = _preview(org, place, kind, guests, dry_run=dry_run)
        return _with(report, warnings, errors)
    return _with(_import(org, place, kind, guests, now, revoke=revoke_missing), warnings, errors)


def _conference(org: int, slug: str) -> ConferenceRef:
    found = next((each for each in orders.conferences(org) if each.slug == slug), None)
    if found is None:
        raise UnknownConference(conference=slug)
    return found


def _event(place: ConferenceRef) -> EventSeen:
    name = f"{place.name} · Guests"[:300]
    return EventSeen(f"{place.id}", None, name, Kind.GUEST, place.starts_at, place.ends_at)


def _import(  # noqa: PLR0913 - see above
    org: int,
    place: ConferenceRef,
    kind: str,
    guests: Sequence[GuestRow],
    now: datetime,
    *,
    revoke: bool,
) -> GuestReport:
    event = _event(place)
    orders.ensure_happening(org, event, source=SOURCE, conference=place.slug)
    boundaries.crossing("sources.guests_happening_made")
    seen = [_person(org, place, kind, guest) for guest in guests]
    found = people.recognise_many(org, seen, now=now)
    boundaries.crossing("sources.guests_recognised")
    contacts = [each.contact or 0 for each in found]
    known = _tickets(org, place, kind)
    currency = orgs.get(org).currency
    numbers = [_number(place, kind, contact, known.get(contact, ())) for contact in contacts]
    sales = [
        _sale(event, number, guest, contact, currency)
        for guest, contact, number in zip(guests, contacts, numbers, strict=True)
    ]
    outcomes = orders.upsert_sales(org, sales, now=now)
    boundaries.crossing("sources.guests_written")
    changes = [str(each.change) for outcome in outcomes for each in outcome.tickets]
    gone = [each for each in _valid(known) if each.contact not in set(contacts)]
    if revoke:
        orders.upsert_sales(org, [_end(event, each, now) for each in gone], now=now)
        boundaries.crossing("sources.guests_revoked")
    return GuestReport(
        place.slug,
        kind,
        imported=True,
        dry_run=False,
        rows=len(guests),
        new=changes.count("new"),
        known=changes.count("same"),
        changed=len(changes) - changes.count("new") - changes.count("same"),
        missing=0 if revoke else len(gone),
        revoked=len(gone) if revoke else 0,
    )


def _preview(
    org: int, place: ConferenceRef, kind: str, guests: Sequence[GuestRow], *, dry_run: bool
) -> GuestReport:
    """Count what an import would do, as far as reading tells."""
    valid = {each.contact: each for each in _valid(_tickets(org, place, kind))}
    contacts = [people.find(org, guest.email) for guest in guests]
    held = [(guest, valid.get(each)) for guest, each in zip(guests, contacts, strict=True)]
    same = sum(1 for guest, ticket in held if ticket and ticket.ticket_type_name == guest.role)
    return GuestReport(
        place.slug,
        kind,
        imported=False,
        dry_run=dry_run,
        rows=len(guests),
        new=sum(1 for _, ticket in held if ticket is None),
        known=same,
        changed=sum(1 for _, ticket in held if ticket is not None) - same,
        missing=len(valid.keys() - set(contacts)),
    )


def _tickets(org: int, place: ConferenceRef, kind: str) -> Mapping[int, list[TicketFact]]:
    """Return the guest tickets of this kind by contact, oldest first."""
    found: dict[int, list[TicketFact]] = defaultdict(list)
    happening = next(
        (
            each.id
            for each in orders.happenings(org)
            if each.source == SOURCE and each.external_id == str(place.id)
        ),
        None,
    )
    before: int | None = None
    while happening is not None:
        page = orders.recent_tickets(org, limit=_PAGE, before=before, happening=happening)
        for ticket in page:
            if ticket.contact is not None and ticket.order_number.startswith(f"{kind}:"):
                found[ticket.contact].insert(0, ticket)
        if len(page) < _PAGE:
            break
        before = page[-1].id
    return found


def _valid(known: Mapping[int, Sequence[TicketFact]]) -> list[TicketFact]:
    return [ticket for tickets in known.values() for ticket in tickets if ticket.valid]


def _number(place: ConferenceRef, kind: str, contact: int, known: Sequence[TicketFact]) -> str:
    """Return the order number of a guest's living ticket, or one that was never used."""
    living = [ticket for ticket in known if ticket.valid]
    if living:
        return living[0].order_number
    again = f":{len(known) + 1}" if known else ""
    return f"{kind}:{place.id}:{contact}{again}"


def _person(org: int, place: ConferenceRef, kind: str, guest: GuestRow) -> PersonSeen:
    email = pseudonyms.normalise_email(guest.email)
    mark = pseudonyms.pseudonym(org, "guest", email)
    return PersonSeen(
        email_raw=guest.email,
        phone_raw=guest.phone or None,
        name=guest.name or None,
        locale=guest.locale or None,
        source=SOURCE,
        reference=f"{SOURCE}:{place.id}:{kind}:{mark}",
    )


def _sale(event: EventSeen, number: str, guest: GuestRow, contact: int, currency: str) -> SaleSeen:
    ticket = TicketSeen(
        external_id=number,
        ticket_type_name=guest.role,
        price=Money(0, currency),
        paid=True,
        state=State.PAID,
        contact=contact,
    )
    return SaleSeen(SOURCE, event, number, Via.GUEST, tickets=(ticket,), contact=contact)


def _end(event: EventSeen, ticket: TicketFact, now: datetime) -> SaleSeen:
    return SaleSeen(SOURCE, event, ticket.order_number, Via.GUEST, cancelled_at=now)


def _with(
    report: GuestReport, warnings: Sequence[RowNote], errors: Sequence[RowNote]
) -> GuestReport:
    return replace(report, warnings=tuple(warnings), errors=tuple(errors))
