"""Who lets be kept what they open and follow. Asked when it happens, also for mails of long ago."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from postlude.kernel import boundaries, ids, pseudonyms, purging, store
from postlude.kernel.jobs import Budget
from postlude.messages.types import TokenOwner
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.tracking.models import Counted, Uncounted
from postlude.tracking.types import Hit

PURPOSE = "tracking"
"""The consent that says whether what a person does may be kept, on a site as in a mail."""

_KEPT = timedelta(days=31)
_KEY = ("org", "day", "kind", "channel", "node", "template")


def silent(org: int, contacts: Collection[int], *, day: date) -> set[int]:
    """Return those of whom nothing may be kept: they said no, or were not asked where one must."""
    if not contacts:
        return set()
    answers = people.consents(org, contacts, PURPOSE)
    unasked = {contact for contact, granted in answers.items() if granted is None}
    said_no = {contact for contact, granted in answers.items() if granted is False}
    if unasked and orgs.measuring_on(org, day).needs_consent:
        return said_no | unasked
    return said_no


def count_many(org: int, hits: Sequence[tuple[Hit, TokenOwner]], *, now: datetime) -> None:
    """Count hits of which nothing may be kept: how many, of what, on which day.

    A vendor's report that comes again is not counted again; a request of somebody's own is, for
    nothing of it is kept by which it could be told. Joins the caller's transaction.
    """
    if not hits:
        return
    day = orgs.local_day(org, now)
    with store.write():
        counted = Counter(
            (hit.kind.value, owner.channel, owner.node, owner.template or 0)
            for hit, owner in _first(org, hits, now)
        )
        order = sorted(counted.items())
        rows = [
            (number, org, day, *what, 0)
            for number, (what, _) in zip(ids.new_ids(len(order)), order, strict=True)
        ]
        store.insert_ignore(Uncounted, ("id", *_KEY, "hits"), rows, conflict=_KEY)
        store.execute_many(
            "UPDATE tracking_uncounted SET hits = hits + %s WHERE org_id = %s AND day = %s "
            "AND kind = %s AND channel = %s AND node = %s AND template = %s",
            [(hits, org, day, *what) for what, hits in order],
        )
    boundaries.crossing("tracking.uncounted")


def forget_counted(budget: Budget) -> int:
    """Forget which reports were counted more than a month ago; return how many."""
    old = Counted.objects.filter(at__lt=budget.now() - _KEPT).order_by("at")
    return purging.in_pieces(old, budget.spent, purging.delete)


def _first(
    org: int, hits: Sequence[tuple[Hit, TokenOwner]], now: datetime
) -> list[tuple[Hit, TokenOwner]]:
    """Return the hits but for reports that were counted before, here or in this very group."""
    named: dict[str, tuple[Hit, TokenOwner]] = {}
    rest: list[tuple[Hit, TokenOwner]] = []
    for hit, owner in hits:
        if hit.event_id:
            words = f"{hit.provider}\0{hit.event_id}"
            named.setdefault(pseudonyms.pseudonym(org, "report", words), (hit, owner))
        else:
            rest.append((hit, owner))
    names = sorted(named)
    rows = [
        (number, org, name, now)
        for number, name in zip(ids.new_ids(len(names)), names, strict=True)
    ]
    columns = ("id", "org_id", "report", "at")
    new = set(store.insert_ignore(Counted, columns, rows, conflict=("org", "report")))
    return rest + [named[name] for number, _, name, _ in rows if number in new]
