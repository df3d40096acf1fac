"""Reading a table page by page, by its key: no reading lasts longer than a page."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from postlude.kernel import pseudonyms, store
from postlude.kernel.money import Money
from postlude.orgs import api as orgs
from postlude.orgs.types import OrgRef
from postlude.people import api as people
from postlude.warehouse.erasure import erased
from postlude.warehouse.exporting.tables import Column, Table

PAGE = 2_000
_EMAIL = re.compile(r"[^\s/]+(?:@|%40)[^\s/]+")
Value = Callable[[Any], Any]


def count(org: OrgRef, table: Table, since: datetime | None, until: datetime | None) -> int:
    """Count the rows of a table."""
    where, params = _where(org, table, since, until)
    sql = f"SELECT COUNT(*) FROM {table.source} WHERE {where}"  # noqa: S608 - our own words
    return int(store.rows_sql(sql, params)[0][0])


def pages(
    org: OrgRef, table: Table, since: datetime | None, until: datetime | None
) -> Iterator[list[dict[str, Any]]]:
    """Yield the rows of a table by its key, as they leave."""
    where, params = _where(org, table, since, until)
    selected = ", ".join(each.sql for each in table.columns)
    sql = (
        f"SELECT {table.key}, {selected} FROM {table.source} "  # noqa: S608 - our own words
        f"WHERE {where} AND {table.key} > %s ORDER BY {table.key} LIMIT {PAGE}"
    )
    after = 0
    branches = {each.id: each.slug for each in orgs.branches(org.id)}
    while rows := store.rows_sql(sql, [*params, after]):
        after = rows[-1][0]
        yield _leaving(org, table, [row[1:] for row in rows], branches)
        if len(rows) < PAGE:
            return


def _where(
    org: OrgRef, table: Table, since: datetime | None, until: datetime | None
) -> tuple[str, list[Any]]:
    alias = table.key.partition(".")[0]
    parts, params = [f"{alias}.org = %s"], [org.id]
    values: list[Any] = list(params)
    for sign, bound in ((">=", since), ("<", until)):
        if bound is not None:
            parts.append(f"{table.time} {sign} %s")
            values.append(bound)
    if table.where:
        parts.append(table.where)
    return " AND ".join(parts), values


def _leaving(
    org: OrgRef, table: Table, rows: Sequence[Sequence[Any]], branches: Mapping[int, str]
) -> list[dict[str, Any]]:
    columns = list(zip(*rows, strict=True))
    named = dict(zip((each.name for each in table.columns), columns, strict=True))
    currencies = [each or org.currency for each in named.get("currency", [""] * len(rows))]
    told = [
        _column(org, currencies, column, values, branches)
        for column, values in zip(table.columns, columns, strict=True)
    ]
    names = [each.name for each in table.columns]
    return [
        {"kind": table.kind, **dict(zip(names, row, strict=True))}
        for row in zip(*told, strict=True)
    ]


def _column(
    org: OrgRef,
    currencies: Sequence[str],
    column: Column,
    values: Sequence[Any],
    branches: Mapping[int, str],
) -> list[Any]:
    how = column.how
    if how == "contact":
        return _contacts(org, values)
    if how == "visitor":
        return _hashed(org, "visitor", values)
    if how == "amount":
        pairs = zip(values, currencies, strict=True)
        return [None if each is None else str(Money(each, of)).split()[0] for each, of in pairs]
    if how == "branch":
        return [branches.get(each) for each in values]
    read: Mapping[str, Value] = {
        "id": str,
        "instant": _instant,
        "day": lambda each: each if isinstance(each, str) else each.isoformat(),
        "flag": bool,
        "words": json.loads,
        "url": lambda each: _EMAIL.sub("[e-mail]", each),
        "plain": lambda each: each,
    }
    tell = read[how]
    return [None if each is None or each == "" else tell(each) for each in values]


def _instant(value: Any) -> str:
    return store.known_instant(value).astimezone(UTC).isoformat()


def _contacts(org: OrgRef, values: Sequence[Any]) -> list[str | None]:
    """Return the pseudonym of who speaks for each; None for nobody and for who was forgotten."""
    known = {each for each in values if each is not None}
    heads = people.canonical(org.id, known)
    gone = erased(org.id, {*known, *heads.values()})
    living = [
        None if each is None or {each, heads[each]} & gone else heads[each] for each in values
    ]
    return _hashed(org, "contact", living)


def _hashed(org: OrgRef, kind: str, values: Sequence[Any]) -> list[str | None]:
    hashes = pseudonyms.hashing(org.id, kind)
    found = {each: hashes(str(each))[0] for each in {*values} if each is not None}
    return [found.get(each) for each in values]
