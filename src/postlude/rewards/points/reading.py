"""Read the ledger: balances now and at any instant, the history, the first grant since."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from postlude.kernel import store
from postlude.rewards import models
from postlude.rewards.points import opening
from postlude.rewards.points.checking import OWN, check_currency
from postlude.rewards.points.desk import as_entry, find
from postlude.rewards.points.past import balances_then
from postlude.rewards.points.purse import Purse
from postlude.rewards.points.seeing import balance_of, seen_at
from postlude.rewards.types.points import Balance, Entry, Kind

_MOST = 1_000


def balances(
    org: int, contacts: Iterable[int], *, now: datetime, currency: str = "points"
) -> dict[int, Balance]:
    """What each of these contacts has at `now`, zeros where there is no account.

    Exact to the instant, whenever the sweep ran last. Who turned out to be another contact has
    what that one has.
    """
    check_currency(currency)
    names = {(contact, currency) for contact in contacts}
    heads = opening.follow(org, names)
    purses = opening.look(org, set(heads.values()))
    found = {}
    for name, head in heads.items():
        seen = balance_of(purses.get(head) or Purse(*head), now)
        found[name[0]] = Balance(
            name[0], currency, seen.available, seen.held, seen.coming, seen.debt
        )
    return found


def balance_at(
    org: int, contacts: Iterable[int], at: datetime, *, currency: str = "points"
) -> dict[int, Balance]:
    """What each of these contacts had at an instant, counted from the journal alone."""
    check_currency(currency)
    return balances_then(org, set(contacts), at, currency)


def history(
    org: int,
    contact: int,
    *,
    currency: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Entry]:
    """A contact's entries, the newest first, with those of contacts that turned out to be it.

    `before` is the id of the last entry of the page before.
    """
    rows = models.Entry.objects.filter(org=org, contact__in=_family(org, contact))
    if currency is not None:
        check_currency(currency)
        rows = rows.filter(currency=currency)
    if before is not None:
        rows = rows.filter(id__lt=before)
    return [as_entry(row) for row in rows.order_by("-id")[: max(1, min(limit, _MOST))]]


def entries(org: int, keys: Collection[str]) -> dict[str, Entry]:
    """The entries with these keys; those that are not there are left out."""
    return {key: stored.entry for key, stored in find(org, keys).items()}


def expiring(
    org: int, contact: int, *, before: datetime, now: datetime, currency: str = "points"
) -> list[tuple[datetime, int]]:
    """When how much of what may be spent now ends before an instant; the first end first."""
    check_currency(currency)
    name = (contact, currency)
    purse = opening.look(org, {opening.follow(org, [name])[name]})
    sums: dict[datetime, int] = {}
    for each in purse.values():
        for lot in seen_at(each, now).spendable(now):
            if lot.expires_at is not None and lot.expires_at < before:
                sums[lot.expires_at] = sums.get(lot.expires_at, 0) + lot.free
    return sorted((at, amount) for at, amount in sums.items() if amount)


def first_give_after(
    org: int,
    after: Mapping[int, datetime],
    *,
    currency: str = "points",
    reasons: Collection[str] | None = None,
) -> dict[int, Entry]:
    """The first grant to each contact after its instant; who got none is left out.

    With `reasons`, of these reasons only. What the ledger gave by itself (grace) does not count.
    Of contacts that turned out to be one person, a grant to any of them counts for each.
    """
    check_currency(currency)
    heads = opening.follow(org, [(contact, currency) for contact in after])
    asked: dict[int, list[int]] = defaultdict(list)
    for contact in after:
        asked[heads[contact, currency][0]].append(contact)
    found: dict[int, Entry] = {}
    for chunk in store.chunks(sorted(asked), opening.CHUNK):
        whose = _whose(org, chunk, currency)
        rows = models.Entry.objects.filter(
            org=org,
            contact__in=sorted(whose),
            currency=currency,
            kind=Kind.GRANT.value,
            at__gt=min(after[contact] for head in chunk for contact in asked[head]),
        ).exclude(key__startswith=OWN)
        if reasons is not None:
            rows = rows.filter(reason__in=list(reasons))
        for row in rows.order_by("at", "id"):
            for contact in asked[whose[row.contact]]:
                if row.at > after[contact]:
                    found.setdefault(contact, as_entry(row))
    return found


def gives_after(
    org: int,
    contacts: Collection[int],
    after: datetime,
    *,
    currency: str = "points",
    reasons: Collection[str] | None = None,
) -> list[Entry]:
    """Every grant to these contacts after an instant, oldest first.

    With `reasons`, of these reasons only. Each is listed under the contact that it was given to,
    whoever that turned out to be. What the ledger gave by itself (grace) does not count.
    """
    check_currency(currency)
    found: list[Entry] = []
    for chunk in store.chunks(sorted(set(contacts)), opening.CHUNK):
        rows = models.Entry.objects.filter(
            org=org, contact__in=chunk, currency=currency, kind=Kind.GRANT.value, at__gt=after
        ).exclude(key__startswith=OWN)
        if reasons is not None:
            rows = rows.filter(reason__in=list(reasons))
        found += map(as_entry, rows)
    return sorted(found, key=lambda each: (each.at, each.id))


def _whose(org: int, heads: Sequence[int], currency: str) -> dict[int, int]:
    """Return whose account each contact's is, of these and of all that were joined to them."""
    rows = models.Account.objects.filter(org=org, moved_to__in=heads, currency=currency)
    joined = rows.values_list("contact", "moved_to")
    return {head: head for head in heads} | {who: head for who, head in joined if head is not None}


def _family(org: int, contact: int) -> list[int]:
    """A contact, and whose accounts it took over."""
    rows = models.Account.objects.filter(org=org, moved_to=contact)
    return [contact, *rows.values_list("contact", flat=True).distinct()]
