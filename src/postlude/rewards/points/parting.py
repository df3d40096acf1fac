"""Two contacts were not one person after all: each has an account of its own again.

What is left of the lots that one of them was given goes back to it, by an entry on each side. What
was spent meanwhile stays spent, and a lot of which something is set apart stays where the hold is.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from postlude.kernel import boundaries, clock, store
from postlude.kernel.work import WorkBatch
from postlude.people import api as people
from postlude.rewards.models import Account, Lot, Remainder
from postlude.rewards.points import posting
from postlude.rewards.points.opening import Name, Opened, open_purses

_CHUNK = 200


def on_contacts_parted(batch: WorkBatch) -> None:
    """Give parted contacts their accounts back, with what is left of what they were given."""
    for chunk in store.chunks([int(key) for key in batch.keys], _CHUNK):
        part_accounts(batch.org, chunk, now=clock.now())
        boundaries.crossing("rewards.accounts_parted")


def part_accounts(org: int, contacts: Collection[int], *, now: datetime) -> int:
    """Reopen the accounts of these contacts that lead to somebody else; return how many did.

    Safe to repeat.
    """
    heads = people.canonical(org, contacts)
    with store.write():
        closed = _closed_wrongly(org, heads)
        if not closed:
            return 0
        for contact, currency in closed:
            owner = heads[contact]
            rows = Account.objects.filter(org=org, contact=contact, currency=currency)
            moved_to = None if owner == contact else owner
            # An own account is open again since now; till then it was the other's.
            rows.update(moved_to=moved_to, **({"parted_at": now} if moved_to is None else {}))
        owners = {(heads[contact], currency) for contact, currency in closed}
        left = {(head, currency) for (_, currency), head in closed.items()}
        opened = open_purses(org, owners | left, now, lots=True)
        every = {each.account: each for each in opened.values()}.values()
        posting.post(org, every)
        for (old, currency), pairs in _by_account(closed, heads).items():
            for owner, names in pairs.items():
                _give_back(org, opened[old, currency], opened[owner, currency], names, now)
        posting.post(org, every)
    return len(closed)


def _closed_wrongly(org: int, heads: Mapping[int, int]) -> dict[Name, int]:
    """Lock the accounts that lead to a contact who does not speak for theirs; return to whom."""
    rows = Account.objects.select_for_update().filter(
        org=org, contact__in=list(heads), moved_to__isnull=False
    )
    found: dict[Name, int] = {}
    told = rows.order_by("contact", "currency").values_list("contact", "currency", "moved_to")
    for contact, currency, head in told:
        if head is not None and head != heads[contact]:
            found[contact, currency] = head
    return found


def _by_account(
    closed: Mapping[Name, int], heads: Mapping[int, int]
) -> dict[Name, dict[int, list[int]]]:
    """Group by the account that has everything, and by whose it is."""
    found: dict[Name, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for (contact, currency), head in closed.items():
        found[head, currency][heads[contact]].append(contact)
    return found


def _give_back(
    org: int, left: Opened, taker: Opened, names: Collection[int], now: datetime
) -> None:
    if left is taker:
        return
    whole = [number for number, lot in left.purse.lots.items() if not lot.held]
    given = Lot.objects.filter(org=org, id__in=whole, contact__in=names)
    lots = sorted(given.values_list("id", flat=True))
    left.purse.give_back(taker.purse, lots, now)
    Remainder.objects.filter(org=org, lot__in=lots).update(contact=taker.purse.contact)
    left.lots -= set(lots)
    taker.lots |= set(lots)
