"""Why each rule of a flow applies or not, for whoever keeps the rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from postlude.rewards import api as rewards
from postlude.rewards.types.reservations import Claim
from postlude.rules.errors import UnknownRule
from postlude.rules.explaining.examining import Examined
from postlude.rules.explaining.nearest import nearest_miss
from postlude.rules.explaining.showing import Reader
from postlude.rules.explaining.traces import Group
from postlude.rules.explaining.traces import explain as explain_one
from postlude.rules.explaining.verdicts import Peek, Peeks
from postlude.rules.facts import Context
from postlude.rules.ordering import scenes
from postlude.rules.types import Ask


@dataclass(frozen=True, slots=True)
class Reasoned:
    """What a rule says by itself; which of several come into force is for the preview.

    `nearest` says what would have to be different, None when nothing can make it hold.
    """

    rule: str
    title: str
    verdict: bool | None
    branch: str
    reason: str
    because: tuple[str, ...]
    gives: Mapping[str, str]
    takes: Mapping[str, int]
    trace: Group
    nearest: tuple[str, ...] | None


def explain(
    org: int, ask: Ask, *, now: datetime, rule: str = "", may_see_personal: bool = False
) -> list[Reasoned]:
    """Explain every rule that is asked, or one of them, with what is scarce looked at, not taken.

    Raises UnknownRule for one that is not on line in this flow.
    """
    scene = scenes.scene_of(org, ask)
    context = scenes.context_of(org, ask, scene, now)
    asked = [each for each in scenes.asked(scene, ask, now) if rule in {"", each.key}]
    if rule and not asked:
        raise UnknownRule(key=rule)
    reader = Reader(may_see_personal=may_see_personal)
    found = []
    for each in asked:
        examined = scene.examined[each.id]
        peeks = _peeks(org, examined, ask.contact, now)
        found.append(_reasoned(examined, context, peeks, reader))
    return found


def _reasoned(examined: Examined, context: Context, peeks: Peeks, reader: Reader) -> Reasoned:
    rule = examined.rule
    said = explain_one(examined, context, peeks, reader=reader)
    miss = nearest_miss(examined, context, peeks, reader=reader)
    follows = said.outcome
    assert said.trace is not None
    return Reasoned(
        rule=rule.key,
        title=rule.title,
        verdict=said.verdict,
        branch=follows.branch.value,
        reason=follows.reason.value,
        because=follows.because,
        gives={each.alias: each.kind.words(each.params, rule.binding) for each in follows.actions},
        takes={claim.spec.resource: claim.spec.quantity for claim in follows.claims},
        trace=said.trace,
        nearest=None if miss is None else tuple(flip.words for flip in miss.flips),
    )


def _peeks(org: int, examined: Examined, contact: int | None, now: datetime) -> dict[str, Peek]:
    """Look at each scarce thing by itself, so that each leaf tells of its own."""
    seen = {}
    for key, spec in examined.claims.items():
        looked = rewards.peek(org, [Claim(spec.resource, spec.quantity)], contact, now)
        why = looked.refusals[0].reason.value if looked.refusals else ""
        seen[key] = Peek(looked.available, why)
    return seen
