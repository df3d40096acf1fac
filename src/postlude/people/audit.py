"""Who saw or changed whose clear values. Only ever added to."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from postlude.kernel import ids, store
from postlude.people.errors import PurposeMissing
from postlude.people.models import ViewAudit
from postlude.people.types import Actor, View

_COLUMNS = ("id", "org_id", "contact_id", "actor_kind", "actor_id", "purpose", "fields", "at")
_PURPOSE_MAX = 200


def require_purpose(purpose: str) -> str:
    """The purpose, tidied. Raises PurposeMissing when there is none."""
    words = " ".join(purpose.split())[:_PURPOSE_MAX]
    if not words:
        raise PurposeMissing
    return words


def note(  # noqa: PLR0913 - who, what, whose, why, when
    org: int,
    contacts: Iterable[int],
    *,
    actor: Actor,
    purpose: str,
    fields: Sequence[str],
    now: datetime,
) -> None:
    """Add one row per contact, in the caller's transaction or one of its own."""
    rows = [
        (ids.new_id(), org, contact, actor.kind, actor.id, purpose, list(fields), now)
        for contact in contacts
    ]
    with store.write():
        store.insert_many(ViewAudit, _COLUMNS, rows)


def views(org: int, *, contact: int | None = None, limit: int = 200) -> list[View]:
    """The newest readings and changes, of one contact or of all."""
    rows = ViewAudit.objects.filter(org=org)
    if contact is not None:
        rows = rows.filter(contact=contact)
    return [
        View(
            row.contact_id,
            Actor(row.actor_kind, row.actor_id),  # type: ignore[arg-type] # written by `note`
            row.purpose,
            tuple(row.fields),
            row.at,
        )
        for row in rows.order_by("-at", "-id")[:limit]
    ]
