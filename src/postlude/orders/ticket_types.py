"""Ticket types of happenings: found by name, renamed by number, made when new."""

from collections.abc import Iterable

from postlude.kernel import ids, store
from postlude.orders.models import TicketType
from postlude.orders.news import tell_of_happenings

Wanted = Iterable[tuple[int, str, str | None]]


def resolve_types(org: int, wanted: Wanted) -> dict[tuple[int, str], TicketType]:
    """Return ticket types by (happening, name); make the new ones. Call inside `write()`.

    `wanted` holds (happening, name, outside number); a number that has a new name is renamed.
    """
    keys: dict[tuple[int, str], str | None] = {}
    for happening, name, number in wanted:
        keys[happening, name] = number or keys.get((happening, name))
    rows = list(TicketType.objects.filter(org=org, happening__in={key[0] for key in keys}))
    found = {(row.happening_id, row.name): row for row in rows}
    numbered = {(row.happening_id, row.external_id): row for row in rows if row.external_id}
    for (happening, name), number in sorted(keys.items(), key=lambda item: item[0]):
        known = found.get((happening, name))
        if known is None and number and (renamed := numbered.get((happening, number))):
            TicketType.objects.filter(org=org, id=renamed.id).update(name=name)
            tell_of_happenings(org, [happening])
            renamed.name, known = name, renamed
        known = known or _make(org, happening, name, number)
        if number and known.external_id is None:
            TicketType.objects.filter(org=org, id=known.id).update(external_id=number)
            known.external_id = number
        found[happening, name] = known
    return found


def _make(org: int, happening: int, name: str, number: str | None) -> TicketType:
    store.insert_ignore(
        TicketType,
        ("id", "org", "happening", "name", "external_id"),
        [(ids.new_id(), org, happening, name, number)],
        conflict=("org", "happening", "name"),
    )
    return TicketType.objects.get(org=org, happening=happening, name=name)
