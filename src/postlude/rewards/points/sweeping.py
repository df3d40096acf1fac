"""Post what time has done: release holds that ran out, expire lots that are over.

Nothing waits for it. Every reading and every decision compares with `now`; the sweep only brings
the journal up to date and keeps the tables of what is left small.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from postlude.kernel import store
from postlude.kernel.jobs import Budget
from postlude.rewards.models import OpenHold, Remainder
from postlude.rewards.points import posting
from postlude.rewards.points.opening import Name, open_purses

_BATCH = 500


def sweep_points(budget: Budget) -> int:
    """Work through all that is over, a batch a transaction, until the budget is spent."""
    done = 0
    while not budget.spent():
        due = _due(budget.now())
        if not due:
            break
        did = sum(_sweep(org, names, budget.now()) for org, names in due.items())
        done += did
        if not did:  # others are at it
            break
    return done


def _due(now: datetime) -> dict[int, set[Name]]:
    """Return some accounts with something to post, by organisation."""
    found: dict[int, set[Name]] = defaultdict(set)
    holds = OpenHold.objects.filter(expires_at__lte=now).order_by("expires_at")
    lots = Remainder.objects.filter(expires_at__lte=now, free__gt=0).order_by("expires_at")
    columns = ("org_id", "contact", "currency")
    both: Iterable[tuple[int, int, str]] = [
        *holds.values_list(*columns)[:_BATCH],
        *lots.values_list(*columns)[:_BATCH],
    ]
    for org, contact, currency in both:
        found[org].add((contact, currency))
    return found


def _sweep(org: int, names: set[Name], now: datetime) -> int:
    """Another worker may have been here first: then there is nothing left to write."""
    with store.write():
        opened = {each.account: each for each in open_purses(org, names, now, lots=True).values()}
        for each in opened.values():
            each.purse.expire(now)
        done = sum(len(each.purse.lines) for each in opened.values())
        posting.post(org, opened.values())
    return done
