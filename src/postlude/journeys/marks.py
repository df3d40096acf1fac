"""Marks: once means once, because a unique key says so."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from postlude.journeys.models import Mark
from postlude.kernel import ids, lookups, store

_COLUMNS = ("id", "org", "journey", "contact", "scope", "made_at")
_CHUNK = 5_000
_CONFLICT = ("org", "journey", "contact", "scope")


def ticket(number: int) -> str:
    return f"ticket:{number}"


def told(number: int) -> str:
    return f"told:{number}"


def invite(conference: int) -> str:
    return f"invite:{conference}"


def notice(conference: int) -> str:
    return f"notice:{conference}"


def make(
    org: int, journey: int, wanted: Sequence[tuple[int, str]], now: datetime
) -> dict[tuple[int, str], int]:
    """Make marks for (contact, scope); return the ids of those that were not there before."""
    rows = [
        (new, org, journey, contact, scope, now)
        for new, (contact, scope) in zip(
            ids.new_ids(len(wanted)), sorted(set(wanted)), strict=False
        )
    ]
    fresh = set(store.insert_ignore(Mark, _COLUMNS, rows, conflict=_CONFLICT, expect_new=True))
    return {(row[3], row[4]): row[0] for row in rows if row[0] in fresh}


def find(org: int, journey: int, contacts: Collection[int], scope: str) -> dict[int, int]:
    """Return the mark of each contact that has it."""
    rows = Mark.objects.filter(org=org, journey=journey, contact__in=list(contacts), scope=scope)
    return dict(rows.values_list("contact", "id"))


def held(org: int, journey: int, wanted: Sequence[tuple[int, str]]) -> set[tuple[int, str]]:
    """Return which of these (contact, scope) have been made."""
    found: set[tuple[int, str]] = set()
    for chunk in store.chunks(sorted(set(wanted)), _CHUNK):
        contacts, scopes = zip(*chunk, strict=True)
        found.update(
            lookups.rows_by(
                "contact, scope",
                "journeys_mark",
                "org_id = %s AND journey_id = %s",
                [org, journey],
                contact=contacts,
                scope=scopes,
            )
        )
    return found.intersection(wanted)


def of_contacts(
    org: int, journey: int, contacts: Collection[int]
) -> Iterator[tuple[int, str, datetime]]:
    """Yield every mark of these contacts: whose, the scope, and when it was made."""
    for chunk in store.chunks(sorted(contacts), _CHUNK):
        rows = Mark.objects.filter(org=org, journey=journey, contact__in=chunk)
        yield from rows.values_list("contact", "scope", "made_at")


def release(org: int, journey: int, contact: int, scopes: Collection[str]) -> None:
    """What was marked did not happen after all."""
    Mark.objects.filter(org=org, journey=journey, contact=contact, scope__in=list(scopes)).delete()
