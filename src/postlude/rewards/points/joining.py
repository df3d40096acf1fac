"""Two contacts turned out to be one person: what either has is both's.

The journal and the lots keep the contact that they were written for. What is left moves: an entry
on each side, the remainders and the open holds change hands, and the account that was left points
to the other for ever, so that a request that still names the old contact finds its way.
"""

from collections.abc import Collection
from datetime import datetime

from postlude.kernel import clock, store
from postlude.kernel.work import WorkBatch
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.rewards.models import Account, OpenHold, Remainder
from postlude.rewards.points import posting
from postlude.rewards.points.opening import Name, Opened, open_purses

_CHUNK = 200


def on_contacts_joined(batch: WorkBatch) -> None:
    """Let the points of joined contacts go over to the contact that speaks for them now."""
    for chunk in store.chunks([int(key) for key in batch.keys], _CHUNK):
        join_accounts(batch.org, chunk, now=clock.now())


def join_accounts(org: int, contacts: Collection[int], *, now: datetime) -> int:
    """Move the accounts of these contacts; return how many moved. Safe to repeat.

    An account is made and closed even where there is none: a grant that is on its way to the old
    contact waits for us, then follows.
    """
    heads = people.canonical(org, contacts)
    with store.write():
        moves: list[tuple[Name, Name]] = [
            ((contact, currency), (head, currency))
            for contact, head in sorted(heads.items())
            if contact != head
            for currency in _currencies(org, contact)
        ]
        opened = open_purses(org, {name for move in moves for name in move}, now, lots=True)
        every = {each.account: each for each in opened.values()}.values()
        posting.post(org, every)  # holds that ran out, while their lots are still where they were
        moved = sum(_move(org, opened[old], opened[new], now) for old, new in moves)
        posting.post(org, every)
        for old, new in moves:
            _close(org, old, new)
    return moved


def _currencies(org: int, contact: int) -> list[str]:
    used = Account.objects.filter(org=org, contact=contact).values_list("currency", flat=True)
    return sorted({"points", f"bonus:{orgs.get(org).currency}", *used})


def _move(org: int, left: Opened, taker: Opened, now: datetime) -> bool:
    """Let everything change hands; False when it had done so before."""
    if left is taker:
        return False
    taker.purse.take_over(left.purse, now)
    for model in (Remainder, OpenHold):
        rows = model.objects.filter(
            org=org, contact=left.purse.contact, currency=left.purse.currency
        )
        rows.update(contact=taker.purse.contact)
    taker.lots |= left.lots
    taker.holds |= left.holds
    left.lots, left.holds = set(), set()
    return True


def _close(org: int, old: Name, new: Name) -> None:
    """From now on the old name leads to the new one, and so does whatever led to the old one."""
    for column in ("contact", "moved_to"):
        rows = Account.objects.filter(org=org, currency=old[1], **{column: old[0]})
        rows.update(moved_to=new[0])
