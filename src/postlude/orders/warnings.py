"""Warnings: things a person should look at; each is one line, however often it happens."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import F

from postlude.kernel import ids, store
from postlude.orders.models import Warning as WarningRow
from postlude.orders.types import SaleWarning, WarningShown


def warn(org: int, warnings: Iterable[SaleWarning], *, now: datetime) -> None:
    """Show warnings; one that is shown already is counted, one that was closed opens again."""
    with store.write():
        for each in warnings:
            _warn(org, each, now)


def _warn(org: int, warning: SaleWarning, now: datetime) -> None:
    words, hint = warning.words[:400], warning.hint[:400]
    subject = warning.subject[:200]
    seen = WarningRow.objects.filter(org=org, code=warning.code, subject=subject).update(
        count=F("count") + 1, last_at=now, words=words, hint=hint, closed_at=None
    )
    if not seen:
        store.insert_ignore(
            WarningRow,
            ("id", "org", "code", "subject", "words", "hint", "first_at", "last_at", "count"),
            [(ids.new_id(), org, warning.code, subject, words, hint, now, now, 1)],
            conflict=("org", "code", "subject"),
        )


def close(org: int, code: str, subject: str | None = None, *, now: datetime) -> int:
    """Take warnings of one code (and subject) off the list; return how many."""
    with store.write():
        rows = WarningRow.objects.filter(org=org, code=code, closed_at=None)
        if subject is not None:
            rows = rows.filter(subject=subject[:200])
        return rows.update(closed_at=now)


def warnings(org: int, *, limit: int = 500) -> list[WarningShown]:
    """Return the open warnings, newest first."""
    rows = WarningRow.objects.filter(org=org, closed_at=None).order_by("-last_at", "-id")[:limit]
    return [
        WarningShown(
            row.id,
            row.code,
            row.subject,
            row.words,
            row.hint,
            row.first_at,
            row.last_at,
            row.count,
        )
        for row in rows
    ]
