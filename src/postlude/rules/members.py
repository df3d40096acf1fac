"""Where the facts of contacts are in SQL: the published views of people, orders and rewards."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from postlude.rules import calendars
from postlude.rules.compiling.sql import Column, Elements, Fragment, Stored
from postlude.rules.facts import Context, Value, instant
from postlude.rules.vocabulary import BALANCE, ORDERED

WORDS: Mapping[str, Elements] = MappingProxyType(
    {
        "member.tags": Elements(
            "people_facts_tag t WHERE t.org = c.org AND t.contact = c.contact", "t.tag"
        ),
        "member.segments": Elements(
            "people_facts_segment s WHERE s.org = c.org AND s.contact = c.contact", "s.segment"
        ),
    }
)
# A contact's own row: it is there for everybody who is in an audience at all.
PERSON: Mapping[str, Column | Elements] = MappingProxyType(
    {
        "member.level": Column("c.level", Stored.TEXT),
        "member.birthday": Column("c.birthday", Stored.WHOLE),
        "member.birthday_known": Column("(c.birthday IS NOT NULL)", Stored.FLAG),
        **WORDS,
    }
)


@dataclass(frozen=True, slots=True)
class Source:
    """A view that has at most one row for each contact.

    `absent` is what its facts are of a contact without a row; where that is a value and not
    unknown, `outer` are the columns that say so when the row is missing.
    """

    join: Fragment
    columns: Mapping[str, Column]
    absent: Context
    outer: Mapping[str, Column]


_ORDERS = MappingProxyType(
    {
        "member.orders": Column("o.orders", Stored.WHOLE),
        "member.first_order": Column("o.first_order_at", Stored.INSTANT),
        "member.last_order": Column("o.last_order_at", Stored.INSTANT),
        "member.spent": Column("o.spent_minor", Stored.WHOLE),
        "member.spent_currency": Column("o.currency", Stored.TEXT),
    }
)
_NO_ORDERS: Mapping[str, Value] = MappingProxyType({"member.orders": 0, "member.spent": 0})
ORDERS = Source(
    Fragment("JOIN orders_facts_contact o ON o.org = c.org AND o.contact = c.contact"),
    _ORDERS,
    _NO_ORDERS,
    MappingProxyType(
        {
            **_ORDERS,
            "member.orders": Column("COALESCE(o.orders, 0)", Stored.WHOLE),
            # NULL in a row means several currencies, and stays so.
            "member.spent": Column(
                "(CASE WHEN o.contact IS NULL THEN 0 ELSE o.spent_minor END)", Stored.WHOLE
            ),
        }
    ),
)


def balance(org: int, name: str, number: int, now: datetime) -> Source:
    """Return the source of one balance (`member.balance:points`), counted from the lots at `now`.

    So it does not matter when the sweep posted what has expired.
    """
    alias, rows = f"b{number}", lots(org, name, now)
    return Source(
        Fragment(
            f"JOIN ({rows.sql} GROUP BY contact) {alias} ON {alias}.contact = c.contact",
            rows.params,
        ),
        {name: Column(f"{alias}.available", Stored.WHOLE)},
        {name: 0},
        {name: Column(f"COALESCE({alias}.available, 0)", Stored.WHOLE)},
    )


def lots(org: int, name: str, now: datetime) -> Fragment:
    """Return the SELECT of what each contact may spend at `now`, still to be grouped by contact."""
    rows = (
        "SELECT contact, CAST(SUM(remaining) AS bigint) AS available FROM rewards_facts_lot "
        "WHERE org = %s AND currency = %s AND available_from <= %s "
        "AND (expires_at IS NULL OR expires_at > %s)"
    )
    return Fragment(rows, (org, name.removeprefix(BALANCE), now, now))


def ordered(org: int, name: str, number: int, now: datetime) -> Source:
    """Return the source of whether there was an order in a month (`member.ordered:1:ZONE`)."""
    alias, rows = f"m{number}", orders_in_month(org, name, now)
    held = Column(f"({alias}.contact IS NOT NULL)", Stored.FLAG)
    return Source(
        Fragment(
            f"JOIN ({rows.sql} GROUP BY contact) {alias} ON {alias}.contact = c.contact",
            rows.params,
        ),
        {name: held},
        {name: False},
        {name: held},
    )


def orders_in_month(org: int, name: str, now: datetime) -> Fragment:
    """Return the SELECT of who has a paid order of that month, still to be grouped by contact."""
    ago, _, zone = name.removeprefix(ORDERED).partition(":")
    begin, end = calendars.month_before(instant(now), zone, int(ago))
    rows = (
        "SELECT contact FROM orders_facts_purchase "
        "WHERE org = %s AND bought_at >= %s AND bought_at < %s"
    )
    return Fragment(rows, (org, begin, end))


def sources(org: int, names: frozenset[str], now: datetime) -> list[Source]:
    """Return the sources that hold facts of these names, besides the contact's own row."""
    found = [ORDERS] if names & _ORDERS.keys() else []
    wanted = sorted(name for name in names if name.startswith(BALANCE))
    found += [balance(org, name, number, now) for number, name in enumerate(wanted)]
    months = sorted(name for name in names if name.startswith(ORDERED))
    return found + [ordered(org, name, number, now) for number, name in enumerate(months)]
