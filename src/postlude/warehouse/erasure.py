"""Erasure: a person's rows are deleted by pseudonym, and the person is kept out for good.

The request is written in the erasure's own transaction; the warehouse follows behind, because it
may be busy or far away.
"""

from collections.abc import Collection
from datetime import datetime

from postlude.kernel import boundaries, pseudonyms, store
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.warehouse import backend, journal
from postlude.warehouse.errors import WarehouseError
from postlude.warehouse.models import Erasure

CHUNK = 500


def erased(org: int, contacts: Collection[int]) -> set[int]:
    """Return which of the contacts must never be loaded again."""
    found = Erasure.objects.filter(org=org, contact_id__in=list(contacts))
    return set(found.values_list("contact_id", flat=True))


def shred(org: int, contact: int, now: datetime) -> int:
    """Note that a person must leave the warehouse; `people` calls it while it still knows them."""
    hashes = pseudonyms.all_pseudonyms(org, "contact", str(contact))
    known = people.pseudonyms(org, [contact]).get(contact)
    if known is not None and known.email:
        hashes.append(known.email)
    with store.write():
        Erasure.objects.update_or_create(
            org_id=org,
            contact_id=contact,
            defaults={"pseudonyms": hashes, "requested_at": now, "done_at": None},
        )
    return 1


def forget_waiting(now: datetime) -> int:
    """Delete the rows of everybody who is to be forgotten; return how many people were."""
    waiting = list(Erasure.objects.filter(done_at__isnull=True).order_by("id")[:CHUNK])
    if not waiting:
        return 0
    done = 0
    for org in sorted({each.org_id for each in waiting}):
        mine = [each for each in waiting if each.org_id == org]
        done += _forget(org, mine, now)
    return done


def _no_lease() -> None:
    """An erasure holds no rows that somebody else would take up."""


def _forget(org: int, erasures: list[Erasure], now: datetime) -> int:
    if journal.next_try(org, now) is not None:
        return 0
    ref = orgs.get(org)
    hashes = [value for each in erasures for value in each.pseudonyms]
    try:
        with backend.configured().open(now=now, alive=_no_lease) as session:
            session.forget(ref.slug, hashes)
            session.purge()
            boundaries.crossing("warehouse.person_forgotten")
            counts = session.counts(ref.slug)
    except WarehouseError as error:
        journal.failed(org, error, now=now)
        return 0
    with store.write():
        Erasure.objects.filter(id__in=[each.id for each in erasures]).update(done_at=now)
        journal.counted(org, counts)
    boundaries.crossing("warehouse.erasure_noted")
    return len(erasures)
