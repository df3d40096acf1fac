"""Two happenings that turn out to be one: one of them takes over what the other has."""

from datetime import datetime

from postlude.orders.models import Happening, Order, Ticket, TicketType
from postlude.orders.warnings import close


def merge(org: int, keep: Happening, gone: Happening, *, now: datetime) -> None:
    """Move everything of `gone` to `keep` and delete it; both rows are locked by the caller.

    `keep` learns the number, the slug, the name where it had none, a kind that a person gave and
    a conference that a person named. The caller saves it and tells of its tickets.
    """
    _move_types(org, keep.id, gone.id)
    Order.objects.filter(org=org, happening=gone.id).update(happening=keep.id)
    Ticket.objects.filter(org=org, happening=gone.id).update(happening=keep.id)
    Happening.objects.filter(org=org, id=gone.id).delete()
    for code in ("unknown_kind", "happening_alone"):
        close(org, code, f"happening:{gone.id}", now=now)
    if keep.name in {keep.slug, keep.external_id}:  # made from a view that knew no name
        keep.name = gone.name
    if gone.kind_given and not keep.kind_given:
        keep.kind, keep.kind_given = gone.kind, True
    if keep.conference.automatic and not gone.conference.automatic:
        keep.conference = gone.conference
    keep.external_id = keep.external_id or gone.external_id
    keep.slug = keep.slug or gone.slug
    keep.starts_at = keep.starts_at or gone.starts_at
    keep.ends_at = keep.ends_at or gone.ends_at


def _move_types(org: int, keep: int, gone: int) -> None:
    rows = TicketType.objects.filter(org=org, happening__in=(keep, gone)).order_by("id")
    kept = {row.name: row for row in rows if row.happening_id == keep}
    for row in rows:
        if row.happening_id == keep:
            continue
        twin = kept.get(row.name)
        if twin is None:
            TicketType.objects.filter(org=org, id=row.id).update(happening=keep)
            continue
        Ticket.objects.filter(org=org, ticket_type=row.id).update(ticket_type=twin.id)
        TicketType.objects.filter(org=org, id=row.id).delete()
        twin.external_id = twin.external_id or row.external_id
        twin.total = row.total if twin.total is None else twin.total
        twin.save()
