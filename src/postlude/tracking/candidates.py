"""Which clicks a new fact may change the verdict of."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from postlude.kernel import store
from postlude.people import api as people
from postlude.tracking import windows
from postlude.tracking.types import Reason, Span

_PAIRS = 1_000
_CHUNK = 5_000
_CLICK = "t.kind = 'click' AND NOT t.testing"
# A click for which only a machine spoke may yet get a better witness.
_NOT_TRUE = (
    "NOT EXISTS (SELECT 1 FROM tracking_verdict v WHERE v.touch = t.id AND v.human "  # noqa: S608
    f"AND (v.reasons & {int(Reason.DRIVEN)}) = 0)"
)


def of_activities(org: int, seen: Iterable[tuple[int, datetime]]) -> set[int]:
    """Return the clicks that something a visitor did makes human, and that are not yet.

    `seen` are (visitor, when).
    """
    spans = [Span(visitor, *windows.of_activity(at)) for visitor, at in seen]
    known = people.contacts_of_visitors(org, {each.who for each in spans})
    theirs = _of_household(
        org,
        [
            Span(contact, each.since, each.until)
            for each in spans
            if (contact := known.get(each.who)) is not None
        ],
    )
    of_contact = f"t.contact = w.column1 AND t.visitor IS NULL AND {_CLICK}"
    return of_visitors(org, spans) | _in_spans(org, theirs, of_contact)


def of_orders(org: int, orders: Collection[int]) -> set[int]:
    """Return the clicks before these orders of which nobody has said anything."""
    if not orders:
        return set()
    rows = [
        row
        for view in ("orders_facts_shop_order", "orders_facts_ticket_order")
        for row in store.rows_sql(
            f"SELECT contact, visitor, at FROM {view} "  # noqa: S608 - our own SQL
            f"WHERE {store.not_by('org')} = %s AND order_id {store.among()} AND at IS NOT NULL",
            [org, store.many(sorted(orders))],
        )
    ]
    guests = {visitor for contact, visitor, _ in rows if contact is None and visitor is not None}
    known = people.contacts_of_visitors(org, guests) if guests else {}
    buyers, browsers = [], []
    for contact, visitor, at in rows:
        buyer = contact if contact is not None else known.get(visitor)
        ends = windows.of_order(store.known_instant(at))
        if buyer is not None:
            buyers.append(Span(buyer, *ends))
        elif visitor is not None:
            browsers.append(Span(visitor, *ends))
    waits = "EXISTS (SELECT 1 FROM tracking_unjudged u WHERE u.touch = t.id)"
    of_contact = f"t.contact = w.column1 AND {_CLICK} AND {waits}"
    found = _in_spans(org, _of_household(org, buyers), of_contact)
    return found | of_visitors(org, browsers, only=waits)


def of_contacts(org: int, contacts: Collection[int]) -> set[int]:
    """Return all clicks of these persons that are told by whatever browser of theirs was there."""
    heads = people.canonical(org, contacts)
    households = people.families(org, set(heads.values()))
    everyone = sorted({each for family in households.values() for each in family})
    return {
        row[0]
        for part in store.chunks(everyone, _CHUNK)
        for row in store.rows_sql(
            f"SELECT t.id FROM tracking_touch t WHERE t.org_id = %s AND {_CLICK} "  # noqa: S608
            f"AND t.contact IS NOT NULL AND t.contact {store.among()} AND t.visitor IS NULL",
            [org, store.many(part)],
        )
    }


def of_visitors(org: int, spans: Sequence[Span], *, only: str = _NOT_TRUE) -> set[int]:
    """Return the clicks that are known to be of these browsers, in time."""
    own = f"t.visitor IS NOT NULL AND t.visitor = w.column1 AND {_CLICK} AND {only}"
    found = _in_spans(org, spans, own)
    for part in store.chunks(spans, _PAIRS):
        found |= {
            row[0]
            for row in store.rows_sql(
                "SELECT t.id "  # noqa: S608 - our own SQL
                f"FROM (VALUES {_marks(part)}) AS w CROSS JOIN tracking_clicker c "
                "CROSS JOIN tracking_touch t "
                "WHERE c.org_id = %s AND c.visitor = w.column1 AND t.id = c.touch "
                f"AND t.at >= w.column2 AND t.at <= w.column3 AND {_CLICK} AND {only}",
                [*_values(part), org],
            )
        }
    return found


def _of_household(org: int, spans: Sequence[Span]) -> list[Span]:
    """Return the spans of every id of each person."""
    heads = people.canonical(org, {each.who for each in spans})
    households = people.families(org, set(heads.values()))
    return [
        Span(member, each.since, each.until)
        for each in spans
        for member in households[heads[each.who]]
    ]


def _in_spans(org: int, spans: Sequence[Span], where: str) -> set[int]:
    return {
        row[0]
        for part in store.chunks(spans, _PAIRS)
        for row in store.rows_sql(
            f"SELECT t.id FROM (VALUES {_marks(part)}) AS w CROSS JOIN tracking_touch t "  # noqa: S608
            f"WHERE t.org_id = %s AND {where} AND t.at >= w.column2 AND t.at <= w.column3",
            [*_values(part), org],
        )
    }


def _marks(spans: Sequence[Span]) -> str:
    return ", ".join(["(%s, %s, %s)"] * len(spans))


def _values(spans: Sequence[Span]) -> list[int | datetime]:
    return [value for each in spans for value in (each.who, each.since, each.until)]
