"""People who cannot be written to, and the row a person should look at."""

from postlude.people.models import Undeliverable
from postlude.people.spelling import masked
from postlude.people.types import AddressWarning


def address_warnings(
    org: int, *, resolved: bool = False, limit: int = 500, after: int = 0
) -> list[AddressWarning]:
    """Oldest first; `after` is the id of the last one of the page before.

    Values are masked for everybody. `show` gives the one that was given, to those who may see it.
    """
    rows = Undeliverable.objects.filter(org=org, id__gt=after)
    if not resolved:
        rows = rows.filter(resolved_at=None)
    return [
        AddressWarning(
            id=row.id,
            contact=row.contact_id,
            reference=row.reference,
            code=row.code,
            masked=masked(row.raw) if row.raw else "",
            message=row.message,
            hint=row.hint,
            since=row.since,
            resolved_at=row.resolved_at,
        )
        for row in rows.order_by("id")[:limit]
    ]


def count_address_warnings(org: int) -> int:
    """How many people cannot be written to now."""
    return Undeliverable.objects.filter(org=org, resolved_at=None).count()
