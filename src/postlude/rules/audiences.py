"""Whom a rule holds for, out of everybody: one statement over the published views.

One rule over many people belongs in SQL; many rules over the same people belong in the closures,
over `contexts`. Both give the same contacts.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from postlude.kernel import store
from postlude.orgs.api import Clocks
from postlude.rules import members, vocabulary
from postlude.rules.compiling import sql
from postlude.rules.compiling.normalising import condition
from postlude.rules.compiling.reading import facts_read, is_computed
from postlude.rules.compiling.sql import Column, Elements, Fragment
from postlude.rules.errors import NotInSql, NotOfContacts
from postlude.rules.facts import NOW, Context, instant
from postlude.rules.predicates import AllOf, CalendarAgo, Predicate
from postlude.rules.rule import Rule


def audience(org: int, rule: Rule, *, now: datetime, given: Context | None = None) -> set[int]:
    """Return the contacts for whom the condition of `rule` is true at `now`, claims granted.

    Living contacts of this organisation, each once: who was joined to another is the other, who
    was forgotten is nobody. `given` are facts that are the same for all (where they will order).
    Raises NotOfContacts when the rule asks for what neither contacts have nor `given` says, and
    NotInSql when it has a condition that is computed (`expr`).
    """
    return _contacts(statement(org, rule, now=now, given=given))


def audience_page(  # noqa: PLR0913 - whom, when, and where the page begins
    org: int,
    rule: Rule,
    *,
    now: datetime,
    after: int,
    limit: int,
    given: Context | None = None,
    clocks: Clocks | None = None,
) -> list[int]:
    """Return the first `limit` contacts of the audience with an id above `after`, in order.

    `clocks`: only those who live by them, by the branch of their last order.
    """
    if clocks is not None and clocks.nobody:
        return []
    found = statement(org, rule, now=now, given=given)
    where = Fragment("", ()) if clocks is None else _living_by(clocks)
    page = f"{found.sql}{where.sql} AND c.contact > %s ORDER BY c.contact LIMIT %s"
    return sorted(_contacts(Fragment(page, (*found.params, *where.params, after, limit))))


def _living_by(clocks: Clocks) -> Fragment:
    if clocks.everybody:
        return Fragment("", ())
    return Fragment(
        f" AND {'NOT ' if clocks.home else ''}EXISTS (SELECT 1 FROM orders_facts_contact h "  # noqa: S608 - our own words; values are bound
        f"WHERE h.org = c.org AND h.contact = c.contact AND h.branch IN "
        f"({store.marks(clocks.branches)}))",
        clocks.branches,
    )


def _contacts(query: Fragment) -> set[int]:
    return {row[0] for row in store.rows_sql(query.sql, query.params)}


def statement(org: int, rule: Rule, *, now: datetime, given: Context | None = None) -> Fragment:
    """Return the statement that selects the audience's contacts."""
    wanted = condition(rule)
    if is_computed(wanted):
        raise NotInSql(rule=rule.key)
    context = {**(given or {}), NOW: instant(now)}
    _refuse_unknown(rule, facts_read(wanted), context)
    columns: dict[str, Column | Elements] = dict(members.PERSON)
    if _is_narrow(wanted):
        columns |= {name: replace(each, each=True) for name, each in members.WORDS.items()}
    joins: list[Fragment] = []
    for source in members.sources(org, facts_read(wanted), now):
        columns |= _join(source, wanted, joins)
    where = sql.condition(wanted, columns, context)
    lines = "\n".join(join.sql for join in joins)
    text = (
        f"SELECT c.contact FROM people_facts_contact c\n{lines}\nWHERE c.org = %s AND {where.sql}"  # noqa: S608 - our own words; values are bound
    )
    params = (param for join in joins for param in join.params)
    return Fragment(text, (*params, org, *where.params))


def _join(source: members.Source, wanted: Predicate, joins: list[Fragment]) -> Mapping[str, Column]:
    """Join a source; contacts without a row are left out early where they cannot be meant.

    The databases do so by themselves for plain comparisons only, and an inner join lets them begin
    with the smaller side.
    """
    if sql.necessary(wanted, source.absent, source.columns):
        joins.append(source.join)
        return source.columns
    joins.append(Fragment(f"LEFT {source.join.sql}", source.join.params))
    return source.outer


def _is_narrow(wanted: Predicate) -> bool:
    """Say whether only those who ordered within a time are left: an index leads to these few."""
    parts = wanted.children if isinstance(wanted, AllOf) else (wanted,)
    return any(
        isinstance(part, CalendarAgo) and None not in (part.older, part.newer) for part in parts
    )


def _refuse_unknown(rule: Rule, names: frozenset[str], context: Context) -> None:
    foreign = [
        name
        for name in sorted(names)
        if name not in context
        and not ((known := vocabulary.fact(name)) is not None and known.of_contact)
    ]
    if foreign:
        raise NotOfContacts(rule=rule.key, facts=", ".join(foreign))
