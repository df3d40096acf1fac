"""Promotions of a playbook in the words of the rooms that keep them. Pure."""

from decimal import Decimal

from postlude.kernel.money import Money
from postlude.playbooks import definitions, promotions, shape
from postlude.rewards.types.carriers import CardType
from postlude.rewards.types.coupons import CouponListSpec
from postlude.rewards.types.quotas import Kind, QuotaSpec, Window
from postlude.rules.types import MODES, Group, RuleDefinition

_WINDOWS = {"ever": Window.TOTAL, "day": Window.DAY, "month": Window.MONTH}
CARD = "gift-card"


def quotas(playbook: shape.Playbook) -> list[QuotaSpec]:
    """Return every quota and budget that the playbook declares."""
    currency = playbook.organisation.currency
    places = [
        QuotaSpec(key, each.limit, per_person=each.per_person, window=_WINDOWS[each.per])
        for key, each in playbook.quotas.items()
    ]
    money = [
        QuotaSpec(
            key,
            minor(each.limit, currency),
            kind=Kind.BUDGET,
            window=_WINDOWS[each.per],
            currency=currency,
        )
        for key, each in playbook.budgets.items()
    ]
    return places + money


def coupon_list(key: str, part: promotions.Coupons) -> CouponListSpec:
    """Return a list of coupons as rewards keeps it."""
    days = part.valid.days if part.valid else None
    return CouponListSpec(key, per_person=part.per_person, valid_days=days)


def groups(playbook: shape.Playbook) -> dict[str, Group]:
    """Return the tree of groups by their paths."""
    return {path: Group(MODES[each.choose], each.at_most) for path, each in playbook.groups.items()}


def rules(playbook: shape.Playbook) -> list[RuleDefinition]:
    """Return the rules of the flows and those of the cards' scopes."""
    home = playbook.organisation
    flows = [_rule(key, each, home) for key, each in playbook.rules.items()]
    return flows + [
        _scope(slug, each, each.scope, home) for slug, each in playbook.cards.items() if each.scope
    ]


def scope_key(slug: str) -> str:
    """Return the key of the rule that says what a type of card may buy."""
    return f"card:{slug}"


def minor(amount: Decimal, currency: str) -> int:
    """Return an amount in minor units; raise MoneyError when it has more decimals than that."""
    return Money.parse(str(amount), currency).minor


def card_types(playbook: shape.Playbook) -> list[CardType]:
    """Return the cards that are on sale."""
    currency = playbook.organisation.currency
    return [
        CardType(
            slug,
            each.title,
            currency,
            minor(each.amount, currency) if each.amount is not None else None,
            each.valid.days if each.valid else None,
        )
        for slug, each in playbook.cards.items()
    ]


def _rule(key: str, part: promotions.Rule, home: shape.Organisation) -> RuleDefinition:
    zone = part.zone or home.zone
    return RuleDefinition(
        key=key,
        title=part.title or key,
        business=part.on,
        template=part.template,
        where=part.where,
        give=part.give,
        names=part.names,
        merchant=part.merchant,
        starts=definitions.instant(part.starts, zone),
        ends=definitions.instant(part.ends, zone),
        priority=part.priority,
        group=part.group,
        excludes=tuple(part.excludes),
        currency=home.currency,
        zone=zone,
    )


def _scope(
    slug: str, card: promotions.CardType, part: promotions.RulePart, home: shape.Organisation
) -> RuleDefinition:
    return RuleDefinition(
        key=scope_key(slug),
        title=card.title,
        business=CARD,
        template=part.template,
        where=part.where,
        give=part.give,
        names=part.names,
        carrier=slug,
        currency=home.currency,
        zone=home.zone,
    )
