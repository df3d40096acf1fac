"""What rules may know of contacts, for many at once: the facts that SQL reads, from its views."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from typing import Any

from postlude.kernel import lookups, store
from postlude.people import api as people
from postlude.rules import members
from postlude.rules.facts import NOW, Context, Value, instant
from postlude.rules.vocabulary import BALANCE, ORDERED, PROMISED

_CHUNK = 5_000
_LOOKED_UP = (BALANCE, ORDERED, PROMISED)
_ALL = frozenset((*members.PERSON, *members.ORDERS.columns))
_NOBODY: Mapping[str, Value] = dict.fromkeys((*members.PERSON, *members.ORDERS.columns))


def contexts(  # noqa: PLR0913 - whom, as of when, and how much of them
    org: int,
    contacts: Collection[int],
    *,
    now: datetime,
    facts: Iterable[str] = (),
    given: Context | None = None,
    only_named: bool = False,
) -> dict[int, dict[str, Value]]:
    """Return the context of each contact under the id that was asked for.

    Who was joined to another is seen as the other. Of a contact that is not here or was forgotten
    every `member.` fact is unknown. `facts` names what will be read: balances, orders of a month
    and promises are looked up only if named (`member.balance:points`). `given` (the order, what
    other systems say) is in each. `only_named` reads nothing else: many people are asked for one
    thing.
    """
    heads = people.canonical(org, contacts)
    asked = set(facts)
    named = sorted(name for name in asked if name.startswith(_LOOKED_UP))
    wanted = asked if only_named else _ALL
    base = {**_NOBODY, **dict.fromkeys(named), **(given or {}), NOW: instant(now)}
    found: dict[int, dict[str, Value]] = {}
    for chunk in store.chunks(sorted({*heads.values()}), _CHUNK):
        found |= _members(org, chunk, named, wanted, now)
    return {each: base | found.get(head, {}) for each, head in heads.items()}


def _members(
    org: int, heads: Sequence[int], named: Sequence[str], wanted: AbstractSet[str], now: datetime
) -> dict[int, dict[str, Value]]:
    balances = [name for name in named if name.startswith(BALANCE)]
    months = [name for name in named if name.startswith(ORDERED)]
    tags = _words(org, heads, "tag") if "member.tags" in wanted else {}
    segments = _words(org, heads, "segment") if "member.segments" in wanted else {}
    nothing: dict[str, Value] = {**members.ORDERS.absent, **dict.fromkeys(balances, 0)}
    promises = [name for name in named if name.startswith(PROMISED)]
    nothing |= dict.fromkeys([*months, *promises], False)
    found: dict[int, dict[str, Value]] = {}
    for contact, level, birthday in _rows(org, heads, "level, birthday", "people_facts_contact"):
        found[contact] = {
            **nothing,
            "member.level": level,
            "member.birthday": birthday,
            "member.birthday_known": birthday is not None,
            "member.tags": frozenset(tags.get(contact, ())),
            "member.segments": frozenset(segments.get(contact, ())),
        }
    if not wanted.isdisjoint(members.ORDERS.columns):
        _add_orders(org, heads, found)
    for name in balances:
        _add_balance(org, heads, name, now, found)
    for name in months:
        _add_month(org, heads, name, now, found)
    for name in promises:
        _add_promise(org, heads, name, now, found)
    return found


def _rows(org: int, heads: Sequence[int], columns: str, view: str) -> list[tuple[Any, ...]]:
    return lookups.rows_by(f"contact, {columns}", view, "org = %s", [org], contact=heads)


def _words(org: int, heads: Sequence[int], kind: str) -> dict[int, set[str]]:
    words: dict[int, set[str]] = defaultdict(set)
    for contact, word in _rows(org, heads, kind, f"people_facts_{kind}"):
        words[contact].add(word)
    return words


def _add_orders(org: int, heads: Sequence[int], found: dict[int, dict[str, Value]]) -> None:
    columns = "orders, first_order_at, last_order_at, spent_minor, currency"
    for contact, orders, first, last, spent, currency in _rows(
        org, heads, columns, "orders_facts_contact"
    ):
        if contact in found:
            found[contact] |= {
                "member.orders": orders,
                "member.first_order": _instant(first),
                "member.last_order": _instant(last),
                "member.spent": spent,
                "member.spent_currency": currency,
            }


def _add_balance(
    org: int, heads: Sequence[int], name: str, now: datetime, found: dict[int, dict[str, Value]]
) -> None:
    lots = members.lots(org, name, now)
    # A list, not `among`: SQLite takes no subquery down into the parts of a view.
    query = f"{lots.sql} AND contact IN ({store.marks(heads)}) GROUP BY contact"
    for contact, available in store.rows_sql(query, [*lots.params, *heads]):
        if contact in found:
            found[contact][name] = available


def _add_month(
    org: int, heads: Sequence[int], name: str, now: datetime, found: dict[int, dict[str, Value]]
) -> None:
    rows = members.orders_in_month(org, name, now)
    query = f"{rows.sql} AND contact IN ({store.marks(heads)}) GROUP BY contact"
    for (contact,) in store.rows_sql(query, [*rows.params, *heads]):
        if contact in found:
            found[contact][name] = True


def _add_promise(
    org: int, heads: Sequence[int], name: str, now: datetime, found: dict[int, dict[str, Value]]
) -> None:
    """Their notices are found by every contact they were, each of which has few."""
    names = [each for ids in people.families(org, heads).values() for each in ids]
    rows = members.promises(org, name, now)
    for some in store.chunks(names, _CHUNK):
        query = f"{rows.sql} AND n.contact {store.among()}"
        for (contact,) in store.rows_sql(query, [*rows.params, store.many(some)]):
            if contact in found:
                found[contact][name] = True


def _instant(value: datetime | str | None) -> int | None:
    """Read an instant as either engine hands it over; SQLite has the text that Django wrote."""
    if value is None:
        return None
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return instant(value if value.tzinfo else value.replace(tzinfo=UTC))
