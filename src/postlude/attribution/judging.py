"""Saying what came of messages, from all that is known of their people at this moment."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from postlude.attribution import facts, own_rules
from postlude.attribution.facts import Households
from postlude.attribution.models import Notice, Replaced
from postlude.attribution.own_rules import OwnRules
from postlude.attribution.reactions import react, type_of
from postlude.attribution.types import (
    Fate,
    Known,
    Reaction,
    ReactionState,
    ReactionType,
    Sent,
)
from postlude.kernel import boundaries, ids, store
from postlude.kernel.money import Money

_PEOPLE = 100
# An order makes news, points do not; and news may be lost with a restored database. What has been
# waiting for long is looked at less often: after a tenth of its age.
_PACE = {ReactionType.ORDER: timedelta(days=1), ReactionType.ACT: timedelta(hours=1)}
_FINAL = {ReactionState.REACTED.value, ReactionState.NONE.value}
_ANSWER = ("reaction", "type", "effect", "reacted_at", "credited", "amount_minor", "currency")
_WRITTEN = frozenset({*_ANSWER, "look_at", "judged_at"})
_COLUMNS = tuple(field.attname for field in Notice._meta.concrete_fields)  # noqa: SLF001 - public
_REPLACED = ("reaction", "type", "effect", "reacted_at", "judged_at")


def judge(org: int, since: Mapping[int, datetime], *, now: datetime) -> int:
    """Judge the messages that went to these contacts from an instant on; return how many changed.

    Older ones that one of these may share its order with are judged along. All are locked before
    a fact is read, so whoever judges last has seen everything. Safe to repeat.
    """
    house, rules = Households.of(org, since), own_rules.of_org(org)
    begins: dict[int, datetime] = {}
    for contact, instant in since.items():
        head = house.head[contact]
        begins[head] = min(instant, begins.get(head, instant))
    changed = 0
    for some in store.chunks(sorted(begins), _PEOPLE):
        begin = min(begins[head] for head in some)
        with store.write():
            changed += _judge(org, house.only(some), begin - rules.longest, rules, now)
        boundaries.crossing("attribution.judged")
    return changed


def _judge(org: int, house: Households, since: datetime, rules: OwnRules, now: datetime) -> int:
    rows = Notice.objects.select_for_update().filter(
        org=org, contact__in=list(house.head), sent_at__gte=since
    )
    sent = {row.id: row for row in rows.order_by("id")}
    if not sent:
        return 0
    begin = min(_sent(row, house).sent_at for row in sent.values())
    ordered = facts.orders_of(org, house, begin - rules.before)
    given = facts.accruals_of(org, house, begin, rules.reasons)
    found: dict[int, Reaction] = {}
    for held_out in (False, True):  # who was held out takes the credit from no message
        group = [
            _sent(row, house) for row in sent.values() if (row.fate == Fate.HELD_OUT) is held_out
        ]
        found |= react(group, ordered, given, known=Known(now, now), rule_of=rules.of)
    amounts = {each.uid: each.amount for each in ordered}
    answers = {each: _answer(it, amounts) for each, it in found.items()}
    changed = [row for row in sent.values() if _said(row) != answers[row.id]]
    _keep_replaced(org, [row for row in changed if row.reaction in _FINAL], answers, now)
    written = [
        _row(row, answers[row.id], _look_at(row, found[row.id], rules, now), now) for row in changed
    ]
    store.upsert_many(Notice, _COLUMNS, written, changes=_WRITTEN)
    new = {row.id for row in changed}
    _put_off(
        [row for row in sent.values() if row.id not in new],
        {each: _look_at(sent[each], it, rules, now) for each, it in found.items()},
        now,
    )
    return len(changed)


def _put_off(rows: Iterable[Notice], looks: Mapping[int, datetime | None], now: datetime) -> None:
    """Say when to look at the others again: most of a set at the same instant."""
    later: dict[datetime | None, list[int]] = defaultdict(list)
    for row in rows:
        if row.look_at is not None:
            later[looks[row.id]].append(row.id)
    for instant, some in later.items():
        Notice.objects.filter(id__in=some).update(look_at=instant, judged_at=now)


def withdraw(org: int, messages: Collection[int], *, now: datetime) -> None:
    """Take back what was said of messages that turned out not to have gone."""
    with store.write():
        rows = Notice.objects.select_for_update().filter(org=org, id__in=messages, sent_at=None)
        said = list(rows.exclude(reaction="").order_by("id"))
        nothing: tuple[Any, ...] = ("", "", "", None, False, None, "")
        _keep_replaced(
            org,
            [row for row in said if row.reaction in _FINAL],
            {row.id: nothing for row in said},
            now,
        )
        values = dict(zip(_ANSWER, nothing, strict=True))
        rows = Notice.objects.filter(id__in=[row.id for row in said])
        rows.update(**values, look_at=None, judged_at=None)
    boundaries.crossing("attribution.withdrawn")


def _sent(row: Notice, house: Households) -> Sent:
    if row.sent_at is None:
        raise TypeError("a message that was not sent")
    return Sent(row.id, house.head[row.contact], row.kind, row.sent_at, row.about, row.version)


def _answer(it: Reaction, amounts: Mapping[str, Money | None]) -> tuple[Any, ...]:
    """Return what is stored of a reaction, in the order of _ANSWER."""
    amount = amounts.get(it.effect) if it.type is ReactionType.ORDER else None
    return (
        it.state.value,
        it.type.value if it.type else "",
        it.effect,
        it.at,
        it.credited,
        amount.minor if amount else None,
        amount.currency if amount else "",
    )


def _said(row: Notice) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in _ANSWER)


def _row(row: Notice, answer: Sequence[Any], look: datetime | None, now: datetime) -> list[Any]:
    new = dict(zip(_ANSWER, answer, strict=True))
    new |= {"look_at": look, "judged_at": now}
    return [new.get(name, getattr(row, name)) for name in _COLUMNS]


def _look_at(row: Notice, it: Reaction, rules: OwnRules, now: datetime) -> datetime | None:
    """Return when to look again without news; a moment that has passed is none."""
    rule = rules.of(row.kind, row.version)
    if rule is None or it.final_after is None or it.state is not ReactionState.WAITING:
        return None
    age = now - row.sent_at if row.sent_at else timedelta(0)
    pace = max(_PACE[type_of(rule)], timedelta(minutes=age // timedelta(minutes=10)))
    return min(now + pace, max(it.final_after, now))


def _keep_replaced(
    org: int, rows: Iterable[Notice], answers: Mapping[int, Sequence[Any]], now: datetime
) -> None:
    """Keep the answers that were final. Which message has the credit is no answer of its own."""
    old = [row for row in rows if _said(row)[:4] != tuple(answers[row.id][:4])]
    values = [
        (new, org, row.id, *(getattr(row, name) for name in _REPLACED), now)
        for new, row in zip(ids.new_ids(len(old)), old, strict=True)
    ]
    columns = ("id", "org_id", "message", *_REPLACED, "replaced_at")
    store.insert_many(Replaced, columns, values)
