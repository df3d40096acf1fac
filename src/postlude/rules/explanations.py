"""Why each rule of a flow applies or not, for whoever keeps the rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from postlude.rules.errors import UnknownRule
from postlude.rules.explaining.traces import Group
from postlude.rules.ordering import scenes
from postlude.rules.reasons import Reasons, reasons
from postlude.rules.rule import Rule
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
    return [
        _reasoned(
            each,
            reasons(
                org,
                scene.examined[each.id],
                context,
                contact=ask.contact,
                now=now,
                may_see_personal=may_see_personal,
            ),
        )
        for each in asked
    ]


def _reasoned(rule: Rule, found: Reasons) -> Reasoned:
    follows = found.outcome
    return Reasoned(
        rule=rule.key,
        title=rule.title,
        verdict=found.verdict,
        branch=follows.branch.value,
        reason=follows.reason.value,
        because=follows.because,
        gives={each.alias: each.kind.words(each.params, rule.binding) for each in follows.actions},
        takes={claim.spec.resource: claim.spec.quantity for claim in follows.claims},
        trace=found.trace,
        nearest=found.nearest,
    )
