"""Taking a batch of waiting people under a lease, with what their authoriser needs to know."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from postlude.access import asking, shared_users
from postlude.access.authorisers.types import Asks, Authoriser, Guest
from postlude.access.models import Grant, Resource
from postlude.kernel import claims, store
from postlude.kernel.work import OWNER
from postlude.people import api as people

# Literals, so that SQLite sees that its partial index holds these rows. Whom we are about to put
# out must be out before he is let in again: the two calls could overtake each other on their way.
_WAITS_FOR_US = (
    "state = 'pending' AND by_hand = '' AND due <= %s AND id NOT IN "
    "(SELECT grant_id FROM access_removal WHERE by_vendor AND done_at IS NULL)"
)


@dataclass(frozen=True, slots=True)
class Claimed:
    """One batch of one resource, leased to us. `addresses` holds ids in `people`."""

    resource: Resource
    guests: Sequence[Guest]
    contacts: Mapping[int, int]
    addresses: Mapping[int, int]
    attempts: Mapping[int, int]


def due(now: datetime) -> list[Resource]:
    """Return the resources whose authoriser has somebody to let in, and that do not rest."""
    waiting = {
        row[0]
        for row in store.rows_sql(
            f"SELECT DISTINCT resource_id FROM access_grant WHERE {_WAITS_FOR_US} "  # noqa: S608 - our own SQL
            "AND (lease_until IS NULL OR lease_until < %s)",
            [now, store.db_now()],
        )
    }
    if not waiting:
        return []
    rested = Q(paused_until__isnull=True) | Q(paused_until__lte=now)
    return list(Resource.objects.filter(rested, id__in=waiting).order_by("id"))


def claim(resource: Resource, authoriser: Authoriser, now: datetime) -> Claimed | None:
    """Lease a batch; None when somebody else took it."""
    with store.write():  # whoever is revoked while the call is on its way is known by his address
        if not shared_users.one_way(resource, letting_in=True):
            return None
        mine = _lease(resource, authoriser, now)
        if not mine:
            return None
        rows = list(Grant.objects.filter(id__in=mine).values_list("id", "contact", "attempts"))
        contacts = {grant: contact for grant, contact, _ in rows}
        found = (
            people.addresses(resource.org_id, sorted(set(contacts.values())))
            if authoriser.needs_address
            else {}
        )
        held = {grant: found[who].id for grant, who in contacts.items() if who in found}
        write_addresses(held)
    answers = (
        asking.answers(resource, contacts.values(), authoriser, now)
        if isinstance(authoriser, Asks)
        else {}
    )
    guests = [
        Guest(grant, found[contact].value if contact in found else "", answers.get(contact))
        for grant, contact in sorted(contacts.items())
        if contact in found or not authoriser.needs_address
    ]
    return Claimed(
        resource,
        guests,
        contacts,
        held,
        {grant: attempts for grant, _, attempts in rows},
    )


def _lease(resource: Resource, authoriser: Authoriser, now: datetime) -> list[int]:
    return claims.claim(
        Grant,
        where=f"resource_id = %s AND {_WAITS_FOR_US}",
        params=[resource.id, now],
        order="due, id",
        limit=authoriser.batch,
        owner=OWNER,
        set={"tried": True},
    )


def write_addresses(addresses: Mapping[int, int]) -> None:
    """Note which address (an id in `people`) each grant was given to."""
    for chunk in store.chunks(sorted(addresses.items()), 500):
        rows = ", ".join(["(%s, %s)"] * len(chunk))
        store.execute(
            f"WITH let_in (grant_id, address_id) AS (VALUES {rows}) "  # noqa: S608 - our own SQL
            "UPDATE access_grant SET address = CAST(let_in.address_id AS bigint) "
            "FROM let_in WHERE access_grant.id = let_in.grant_id",
            [value for pair in chunk for value in pair],
        )
