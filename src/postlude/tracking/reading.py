"""Reading touches with what was judged of them, for the rooms above."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from postlude.kernel import store
from postlude.tracking.types import AgentKind, Reason, TouchFact, TouchKind

_CHUNK = 5_000
_SELECT = """
    SELECT t.id, t.kind, t.message, t.link, t.subject, t.at, t.provider, t.agent,
        COALESCE(v.reasons, t.reasons)
            - CASE WHEN t.provider = 'own' THEN 0 ELSE COALESCE(v.reasons, t.reasons) & 16 END,
        t.contact, COALESCE(t.visitor, c.visitor), t.channel,
        t.node, t.template, t.cycle, t.testing, v.human, v.rule, v.judged_at, t.recorded_at, t.day
    FROM tracking_touch t
    LEFT JOIN tracking_verdict v ON v.touch = t.id
    LEFT JOIN tracking_clicker c ON c.touch = t.id
    WHERE t.org_id = %s AND """


def touches(org: int, numbers: Iterable[int | str]) -> dict[int, TouchFact]:
    """Return touches by id; ids that do not exist are left out."""
    wanted = sorted({int(each) for each in numbers})
    return {each.id: each for each in _found(org, f"t.id {store.among()}", wanted)}


def touches_of(org: int, messages: Sequence[int]) -> dict[int, list[TouchFact]]:
    """Return the touches of each message in the order in which they happened."""
    found: dict[int, list[TouchFact]] = {message: [] for message in messages}
    for fact in _found(org, f"t.message {store.among()}", sorted(found)):
        found[fact.message or 0].append(fact)
    return _in_order(found)


def touches_of_contacts(
    org: int, contacts: Collection[int], since: datetime, until: datetime
) -> dict[int, list[TouchFact]]:
    """Return opens and clicks of messages to these contacts in [since, until], in order.

    By the contacts that the messages were written to: pass all ids of a person. Tests are left
    out.
    """
    found: dict[int, list[TouchFact]] = {contact: [] for contact in contacts}
    where = (
        f"t.contact {store.among()} AND t.contact IS NOT NULL AND t.kind IN ('open', 'click') "
        "AND NOT t.testing AND t.at >= %s AND t.at <= %s"
    )
    for fact in _found(org, where, sorted(found), since, until):
        found[fact.contact or 0].append(fact)
    return _in_order(found)


def touches_of_visitors(
    org: int, visitors: Collection[int], since: datetime, until: datetime
) -> dict[int, list[TouchFact]]:
    """Return opens and clicks that came from these browsers in [since, until], in order."""
    found: dict[int, list[TouchFact]] = {visitor: [] for visitor in visitors}
    kinds = "t.kind IN ('open', 'click') AND NOT t.testing AND t.at >= %s AND t.at <= %s"
    own = f"t.visitor {store.among()} AND t.visitor IS NOT NULL AND {kinds}"
    said = (
        f"t.visitor IS NULL AND t.id IN (SELECT l.touch FROM tracking_clicker l "  # noqa: S608 - our own SQL
        f"WHERE l.org_id = t.org_id AND l.visitor {store.among()}) AND {kinds}"
    )
    for where in (own, said):
        for fact in _found(org, where, sorted(found), since, until):
            found[fact.visitor or 0].append(fact)
    return _in_order(found)


def accesses_of(org: int, subjects: Sequence[int]) -> dict[int, list[TouchFact]]:
    """Return when each subject (a grant) was opened through its own link."""
    found: dict[int, list[TouchFact]] = {subject: [] for subject in subjects}
    where = f"t.subject {store.among()} AND t.kind = 'access'"
    for fact in _found(org, where, sorted(found)):
        found[fact.subject or 0].append(fact)
    return _in_order(found)


def _found(org: int, where: str, wanted: Sequence[int], *more: Any) -> list[TouchFact]:
    return [
        _fact(row)
        for part in store.chunks(wanted, _CHUNK)
        for row in store.rows_sql(f"{_SELECT}{where}", [org, store.many(part), *more])
    ]


def _in_order(found: dict[int, list[TouchFact]]) -> dict[int, list[TouchFact]]:
    for each in found.values():
        each.sort(key=lambda fact: (fact.at, fact.id))
    return found


def _fact(row: Sequence[Any]) -> TouchFact:
    number, kind, message, link, subject, at, provider, agent, reasons, contact = row[:10]
    visitor, channel, node, template, cycle, testing, human, rule, judged_at, recorded_at, day = (
        row[10:]
    )
    return TouchFact(
        id=number,
        kind=TouchKind(kind),
        message=message,
        link=link,
        subject=subject,
        at=store.known_instant(at),
        provider=provider,
        agent=AgentKind(agent),
        reasons=Reason(reasons),
        contact=contact,
        visitor=visitor,
        channel=channel,
        node=node,
        template=template,
        cycle=cycle,
        testing=bool(testing),
        human=None if human is None else bool(human),
        rule=rule,
        judged_at=store.instant(judged_at),
        recorded_at=store.instant(recorded_at),
        day=store.day(day),
    )
