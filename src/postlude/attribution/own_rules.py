"""Which rule a message's reaction goes by: its notice's own, in the version that sent it, else that
of its kind.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from postlude.attribution.choosing import Rule
from postlude.attribution.reactions import (
    REACTIONS,
    WITHIN,
    reasons,
    reasons_of,
    to_order,
    to_points,
)
from postlude.journeys import api as journeys


@dataclass(frozen=True, slots=True)
class OwnRules:
    """`own`: by kind and version. A version is never changed, so neither is its rule."""

    own: Mapping[tuple[str, int], Rule]

    @property
    def longest(self) -> timedelta:
        """Return how long before an order the message may have been sent that it answers."""
        return max([WITHIN, *(rule.window.ends for rule in self.own.values())])

    @property
    def before(self) -> timedelta:
        """Return how long before the message an order may have been begun that answers it."""
        by_closing = any(rule.by_counting for rule in self.own.values())
        return self.longest if by_closing else timedelta(0)

    @property
    def reasons(self) -> frozenset[str]:
        """Return the reasons of points that any of these rules looks for."""
        named = {f"{kind} {version}": rule for (kind, version), rule in self.own.items()}
        return reasons({**REACTIONS, **named})

    def of(self, kind: str, version: int) -> Rule | None:
        """Return the rule of a version; None where it is not measured."""
        return self.own.get((kind, version)) or REACTIONS.get(kind)


def of_org(org: int) -> OwnRules:
    """Return the rules that an organisation's notices bring along, of every version."""
    found = journeys.awaited(org)
    return OwnRules({place: _rule(each) for place, each in found.items()})


def _rule(it: journeys.Awaited) -> Rule:
    if it.points:
        return to_points(it.points, it.within)
    return to_order(it.within, by_closing=it.by == "closing")


def awaited_reasons(org: int) -> dict[str, list[str]]:
    """Return which notices await points of which reason, as `rate-us, version 3`."""
    found: dict[str, list[str]] = {}
    for kind, rule in REACTIONS.items():
        for reason in reasons_of(rule):
            found.setdefault(reason, []).append(kind)
    for (kind, version), rule in sorted(of_org(org).own.items()):
        for reason in reasons_of(rule):
            found.setdefault(reason, []).append(f"{kind}, version {version}")
    return found
