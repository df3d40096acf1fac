"""Reading what came of messages, and why."""

from collections.abc import Collection
from datetime import datetime

from postlude.attribution import facts, own_rules
from postlude.attribution.facts import Households
from postlude.attribution.models import Notice, Replaced
from postlude.attribution.reactions import react
from postlude.attribution.types import (
    Earlier,
    Fate,
    Known,
    NoticeFact,
    Reaction,
    ReactionState,
    ReactionType,
    Sent,
)
from postlude.kernel import store
from postlude.kernel.money import Money

_CHUNK = 500


def notices(org: int, messages: Collection[int]) -> dict[int, NoticeFact]:
    """Return what came of messages, by message; those that no notice sent are left out."""
    found: dict[int, NoticeFact] = {}
    for chunk in store.chunks(sorted(set(messages)), _CHUNK):
        for row in Notice.objects.filter(org=org, id__in=chunk):
            found[row.id] = _fact(row)
    return found


def reaction_of(org: int, message: int, *, now: datetime) -> tuple[Reaction, list[Earlier]] | None:
    """Judge one message anew, with its receipt, and say what was answered before, oldest first.

    None for a message that was not sent by a notice, or did not go out.
    """
    row = Notice.objects.filter(org=org, id=message, sent_at__isnull=False).first()
    if row is None or row.sent_at is None or row.fate == Fate.HELD_OUT:
        return None
    house, rules = Households.of(org, [row.contact]), own_rules.of_org(org)
    rows = Notice.objects.filter(
        org=org, contact__in=list(house.head), sent_at__gte=row.sent_at - rules.longest
    ).exclude(fate=Fate.HELD_OUT)
    sent = [
        Sent(each.id, house.head[each.contact], each.kind, each.sent_at, each.about, each.version)
        for each in rows
        if each.sent_at is not None
    ]
    # Also what was begun before the message: the receipt says that it was.
    begin = min(each.sent_at for each in sent) - rules.longest
    found = react(
        sent,
        facts.orders_of(org, house, begin),
        facts.accruals_of(org, house, begin, rules.reasons),
        known=Known(now, now),
        rule_of=rules.of,
    )
    older = Replaced.objects.filter(org=org, message=message).order_by("replaced_at", "id")
    return found[message], [
        Earlier(
            ReactionState(each.reaction),
            each.effect,
            each.reacted_at,
            each.judged_at,
            each.replaced_at,
        )
        for each in older
    ]


def _fact(row: Notice) -> NoticeFact:
    amount = None if row.amount_minor is None else Money(row.amount_minor, row.currency)
    return NoticeFact(
        message=row.id,
        contact=row.contact,
        kind=row.kind,
        action=row.action,
        version=row.version,
        branch=row.branch,
        about=row.about,
        day=row.day,
        fate=Fate(row.fate),
        sent_at=row.sent_at,
        state=ReactionState(row.reaction) if row.reaction else None,
        type=ReactionType(row.type) if row.type else None,
        effect=row.effect,
        reacted_at=row.reacted_at,
        credited=row.credited,
        amount=amount,
    )
