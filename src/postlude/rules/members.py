"""Where the facts of contacts are in SQL: the published views of people, orders and rewards."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from postlude.rules import calendars
from postlude.rules.compiling.sql import Column, Elements, Fragment, Stored
from postlude.rules.facts import Context, Value, instant
from postlude.rules.vocabulary import BALANCE, ORDERED, PROMISED

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


def promised(org: int, name: str, number: int, now: datetime) -> Source:
    """Return the source of whether a notice was sent (`member.promised:DAYS:NOTICE:WAY`)."""
    alias, rows = f"p{number}", promises(org, name, now)
    held = Column(f"({alias}.contact IS NOT NULL)", Stored.FLAG)
    return Source(
        Fragment(
            f"JOIN (SELECT DISTINCT contact FROM ({rows.sql}) {alias}s) {alias} "  # noqa: S608 - our own words; values are bound
            f"ON {alias}.contact = c.contact",
            rows.params,
        ),
        {name: held},
        {name: False},
        {name: held},
    )


def promises(org: int, name: str, now: datetime) -> Fragment:
    """Return the SELECT of to whom such a notice went out, by who speaks for them now.

    Of what nobody knows whether it arrived it counts that it may have.
    """
    days, notice, way = name.removeprefix(PROMISED).split(":")
    rows = (
        "SELECT COALESCE(j.head, n.contact) AS contact FROM attribution_facts_notice n "
        "LEFT JOIN people_facts_joined j ON j.org = n.org AND j.contact = n.contact "
        "WHERE n.org = %s AND n.kind = %s AND n.fate IN ('sent', 'unknown') "
        "AND n.sent_at >= %s AND n.sent_at <= %s"
    )
    params: tuple[Any, ...] = (org, notice, now - timedelta(days=int(days)), now)
    return Fragment(f"{rows} AND n.action = %s", (*params, way)) if way else Fragment(rows, params)


def sources(org: int, names: frozenset[str], now: datetime) -> list[Source]:
    """Return the sources that hold facts of these names, besides the contact's own row."""
    found = [ORDERS] if names & _ORDERS.keys() else []
    wanted = sorted(name for name in names if name.startswith(BALANCE))
    found += [balance(org, name, number, now) for number, name in enumerate(wanted)]
    months = sorted(name for name in names if name.startswith(ORDERED))
    found += [ordered(org, name, number, now) for number, name in enumerate(months)]
    told = sorted(name for name in names if name.startswith(PROMISED))
    return found + [promised(org, name, number, now) for number, name in enumerate(told)]
