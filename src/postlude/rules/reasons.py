"""One rule explained to a person: its scarce things looked at, not taken, and the nearest miss."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from postlude.rewards import api as rewards
from postlude.rewards.types.reservations import Claim
from postlude.rules.explaining.examining import Examined
from postlude.rules.explaining.nearest import nearest_miss
from postlude.rules.explaining.outcomes import Outcome
from postlude.rules.explaining.showing import Reader
from postlude.rules.explaining.traces import Group, explain
from postlude.rules.explaining.verdicts import Peek
from postlude.rules.facts import Context


@dataclass(frozen=True, slots=True)
class Reasons:
    """What a rule says and why. `peeks` are of the keys of its claims.

    `nearest` says what would have to be different, None when nothing can make it hold.
    """

    verdict: bool | None
    outcome: Outcome
    trace: Group
    peeks: Mapping[str, Peek]
    nearest: tuple[str, ...] | None


def reasons(  # noqa: PLR0913 - a rule, its question, and who reads the answer
    org: int,
    examined: Examined,
    context: Context,
    *,
    contact: int | None,
    now: datetime,
    may_see_personal: bool,
) -> Reasons:
    """Explain one rule; what is scarce is as `contact` would find it at `now`."""
    reader = Reader(may_see_personal=may_see_personal)
    peeks = {
        key: _peek(org, Claim(spec.resource, spec.quantity), contact, now)
        for key, spec in examined.claims.items()
    }
    said = explain(examined, context, peeks, reader=reader)
    miss = nearest_miss(examined, context, peeks, reader=reader)
    if said.trace is None:
        raise AssertionError("the full level has a trace")
    nearest = None if miss is None else tuple(flip.words for flip in miss.flips)
    return Reasons(said.verdict, said.outcome, said.trace, peeks, nearest)


def _peek(org: int, claim: Claim, contact: int | None, now: datetime) -> Peek:
    """Look at a scarce thing by itself, so that each leaf tells of its own."""
    looked = rewards.peek(org, [claim], contact, now)
    return Peek(looked.available, looked.refusals[0].reason.value if looked.refusals else "")
