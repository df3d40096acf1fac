"""Lists of buyers: by how far they have come, and the one that somebody looks for."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from postlude.console import words
from postlude.console.readings import people_rows
from postlude.console.readings.board import Board, Buyer, board
from postlude.console.stages import Stage
from postlude.console.types import BuyerRow
from postlude.orders import api as orders
from postlude.orgs.types import OrgRef
from postlude.people import api as people

PAGE = 50
# Somebody who has been let in and is not invited yet still waits, for whoever looks.
FILTERS = {
    "waiting": (Stage.WAITING, Stage.GRANTED),
    "invited": (Stage.INVITED,),
    "delivered": (Stage.DELIVERED,),
    "opened": (Stage.OPENED,),
    "unknown": (Stage.UNKNOWN,),
    "failed": (Stage.FAILED,),
    "refunded": (Stage.REFUNDED,),
    "registered": (Stage.REGISTERED, Stage.CANCELLED),
}


@dataclass(frozen=True, slots=True)
class Tab:
    key: str
    label: str
    count: int
    current: bool


@dataclass(frozen=True, slots=True)
class Listing:
    rows: tuple[BuyerRow, ...]
    tabs: tuple[Tab, ...]
    total: int
    next_offset: int | None


def listing(org: OrgRef, conference: int | None, *, state: str, offset: int) -> Listing:
    """Return a page of buyers, the newest first."""
    seen = board(org.id, conference) if conference else Board(0)
    buyers = _newest_first(seen)
    wanted = [each for each in buyers if not state or each.stage in FILTERS.get(state, ())]
    part = wanted[offset : offset + PAGE]
    more = offset + PAGE if len(wanted) > offset + PAGE else None
    return Listing(people_rows.of(org, part), _tabs(buyers, state), len(wanted), more)


def search(org: OrgRef, text: str) -> tuple[BuyerRow, ...]:
    """Return the buyers with exactly this e-mail, order number or ticket."""
    found = set[int]()
    if "@" in text:
        contact = people.find(org.id, text)
        if contact is not None:
            found.add(contact)
    else:
        ids = orders.find_tickets(org.id, text.strip().lstrip("#"))
        facts = orders.tickets(org.id, ids).values()
        found.update(each.contact for each in facts if each.contact is not None)
    return people_rows.of(org, of_contacts(org.id, sorted(found)))


def of_contacts(org: int, contacts: Sequence[int]) -> list[Buyer]:
    """Return these contacts as buyers, each in the conference of their newest ticket."""
    tickets = orders.tickets_of(org, contacts)
    found = []
    for contact in contacts:
        if mine := tickets.get(contact):
            buyer = board(org, mine[-1].conference).buyers.get(contact)
            found.extend([buyer] if buyer else [])
    return found


def _newest_first(seen: Board) -> list[Buyer]:
    last = {each.contact: each.id for each in seen.tickets if each.contact is not None}
    return sorted(seen.buyers.values(), key=lambda each: -last[each.contact])


def _tabs(buyers: Sequence[Buyer], current: str) -> tuple[Tab, ...]:
    counts = Counter(each.stage for each in buyers)
    tabs = [Tab("", _("all"), len(buyers), not current)]
    for key, stages in FILTERS.items():
        total = sum(counts[each] for each in stages)
        tabs.append(Tab(key, words.stage(stages[0])[0], total, current == key))
    return tuple(tabs)
