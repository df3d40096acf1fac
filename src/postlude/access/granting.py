"""Asking for access: what the valid tickets open becomes grants that wait for an authoriser."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from postlude.access import definitions, events, mapping, removals
from postlude.access.models import Grant, Resource
from postlude.access.types import State
from postlude.kernel import ids, store, wakeup
from postlude.orders import api as orders
from postlude.orders.types import SaleWarning, TicketFact

_CHUNK = 500
_COLUMNS = (
    "id",
    "org",
    "contact",
    "conference",
    "resource",
    "state",
    "failure",
    "edition",
    "tried",
    "attempts",
    "words",
    "due",
    "owner",
    "created_at",
)


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What each contact may enter, and the tickets whose type the map does not know."""

    resources: Mapping[int, frozenset[str]]
    unmapped: Mapping[int, TicketFact]


def entitlement(
    org: int,
    contacts: Collection[int],
    conference: int,
    *,
    valid: Mapping[int, Sequence[TicketFact]] | None = None,
) -> Entitlement:
    """Work out what the contacts' valid tickets open; contacts without a ticket open nothing."""
    tickets = orders.valid_tickets_of(org, contacts, conference) if valid is None else valid
    rules = definitions.rules_of(org, conference)
    active = set(
        Resource.objects.filter(org=org, conference=conference, active=True).values_list(
            "key", flat=True
        )
    )
    known: dict[tuple[str, str], mapping.Opened] = {}
    opened: dict[int, frozenset[str]] = {}
    unmapped: dict[int, TicketFact] = {}
    for contact in contacts:
        keys: set[str] = set()
        for ticket in tickets.get(contact, ()):
            names = (ticket.happening_name, ticket.ticket_type_name)
            if names not in known:  # few kinds of tickets, many tickets
                seen = mapping.TicketSeen(*names, ticket.ticket_type)
                known[names] = mapping.opened_by([seen], rules, orders.matches)
            keys |= known[names].resources
            if known[names].unmapped:
                unmapped.setdefault(ticket.ticket_type, ticket)
        opened[contact] = frozenset(keys & active)
    return Entitlement(opened, unmapped)


def entitled(org: int, contacts: Collection[int], conference: int) -> dict[int, set[str]]:
    """Return the resources that the contacts' valid tickets open."""
    found = entitlement(org, contacts, conference).resources
    return {contact: set(keys) for contact, keys in found.items()}


def grant_many(
    org: int, conference: int, contacts: Collection[int], *, now: datetime
) -> dict[int, list[int]]:
    """Ask for all that the contacts' tickets open; return their grants, new and old.

    Safe to repeat. What was revoked or had failed is asked for again. An unknown ticket type
    opens nothing and is shown as a warning.
    """
    wanted = sorted(set(contacts))
    found: dict[int, list[int]] = {contact: [] for contact in wanted}
    with store.write():
        due = entitlement(org, wanted, conference)
        _warn(org, due.unmapped.values(), now)
        resources = {
            row.key: row.id for row in Resource.objects.filter(org=org, conference=conference)
        }
        pairs = [
            (contact, resources[key])
            for contact in wanted
            for key in sorted(due.resources[contact])
        ]
        created = _create(org, conference, pairs, now)
        events.note(org, created, "requested", now=now)
        for grant, contact in _reopened(org, conference, pairs, {g for g, _ in created}, now):
            found[contact].append(grant)
        for grant, contact in created:
            found[contact].append(grant)
        if pairs:
            wakeup.nudge()
    return found


def _create(
    org: int, conference: int, pairs: Sequence[tuple[int, int]], now: datetime
) -> list[tuple[int, int]]:
    fresh = (State.PENDING.value, "", 1, False, 0, "", now, "", now)
    rows = [
        (new, org, contact, conference, resource, *fresh)
        for new, (contact, resource) in zip(ids.new_ids(len(pairs)), pairs, strict=True)
    ]
    conflict = ("org", "conference", "contact", "resource")
    inserted = set(store.insert_ignore(Grant, _COLUMNS, rows, conflict=conflict))
    return [(row[0], row[2]) for row in rows if row[0] in inserted]


def _reopened(
    org: int, conference: int, pairs: Iterable[tuple[int, int]], created: set[int], now: datetime
) -> list[tuple[int, int]]:
    """Return the older grants of these pairs, those that had ended back in the queue."""
    wanted: dict[int, set[int]] = defaultdict(set)
    for contact, resource in pairs:
        wanted[contact].add(resource)
    older: list[tuple[int, int]] = []
    reopened: list[tuple[int, int]] = []
    for chunk in store.chunks(sorted(wanted), _CHUNK):
        rows = Grant.objects.select_for_update().filter(
            org=org, conference=conference, contact__in=chunk
        )
        for row in rows.order_by("id"):
            if row.id in created or row.resource_id not in wanted[row.contact]:
                continue
            older.append((row.id, row.contact))
            if row.state in {State.REVOKED, State.FAILED}:
                reopened.append((row.id, row.contact))
    for some in store.chunks([grant for grant, _ in reopened], _CHUNK):
        Grant.objects.filter(org=org, id__in=some).update(
            state=State.PENDING,
            by_hand="",
            done_by="",
            queued_at=None,
            failure="",
            words="",
            attempts=0,
            due=now,
            owner="",
            lease_until=None,
            revoked_at=None,
        )
    removals.withdraw(org, [grant for grant, _ in reopened], now=now)
    events.note(org, reopened, "requested", now=now, words="again")
    return older


def _warn(org: int, tickets: Iterable[TicketFact], now: datetime) -> None:
    warnings = [
        SaleWarning(
            definitions.UNMAPPED,
            f"ticket_type:{ticket.ticket_type}",
            f"Tickets “{ticket.ticket_type_name}” of “{ticket.happening_name}” open nothing: "
            "the access map does not know them.",
            "Add the ticket type to the access map of the playbook and apply it; "
            "the buyers are then let in and invited.",
        )
        for ticket in tickets
    ]
    if warnings:
        orders.warn(org, warnings, now=now)
