"""What would come into force now; nothing is held by looking."""

from collections.abc import Sequence
from datetime import datetime

from postlude.rewards import api as rewards
from postlude.rules.ordering import deciding, scenes, tallying
from postlude.rules.types import Ask, Preview


def preview(org: int, ask: Ask, *, now: datetime) -> Preview:
    """Return which rules apply, best first, and why the others do not.

    Scarce things are looked at, not taken: another may be quicker, so the answer is an offer until
    it is reserved.
    """
    return preview_many(org, [ask], now=now)[0]


def preview_many(org: int, asks: Sequence[Ask], *, now: datetime) -> list[Preview]:
    """Return what would come into force for each question, as if it were the only one."""
    return [_preview(org, ask, now) for ask in asks]


def _preview(org: int, ask: Ask, now: datetime) -> Preview:
    scene = scenes.scene_of(org, ask)
    context = scenes.context_of(org, ask, scene, now)
    candidates = scenes.asked(scene, ask, now)
    decision = deciding.decide(scene, candidates, context)
    while decision.claims:
        looked = rewards.peek(org, decision.claims, ask.contact, now)
        if looked.available:
            break
        refused = deciding.without(decision, looked.refusals)
        decision = deciding.decide(scene, candidates, context, refused)
    tallying.count(org, (each.rule.key for each in decision.chosen), now)
    return Preview(
        deciding.gifts(decision, context),
        deciding.missed(scene, decision, context, nearest=True),
        decision.selection.exact,
    )
