"""Everything there is to say about one rule and one context."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from postlude.kernel.errors import N_, BadInput
from postlude.rules.cli import files, given
from postlude.rules.explaining.examining import Examined
from postlude.rules.explaining.nearest import Flip, nearest_miss
from postlude.rules.explaining.outcomes import Branch, Claim, Reason
from postlude.rules.explaining.showing import Reader
from postlude.rules.explaining.traces import Group, Join, LeafTrace, Trace, explain
from postlude.rules.explaining.verdicts import Peek
from postlude.rules.language.suggesting import did_you_mean

__all__ = ["Group", "Join", "LeafTrace", "Reasons", "Trace", "reasons"]
ASSUMED = Peek(True)


@dataclass(frozen=True, slots=True)
class Reasons:
    """`assumed` are the claims that the context said nothing of: taken for free here.

    `nearest` is None when the condition can never hold.
    """

    rule: str
    verdict: bool | None
    branch: Branch
    reason: Reason
    because: tuple[str, ...]
    details: tuple[str, ...]
    actions: Mapping[str, str]
    claims: tuple[Claim, ...]
    assumed: tuple[str, ...]
    trace: Group
    nearest: tuple[Flip, ...] | None


def reasons(path: Path, key: str, context: Path, *, now: datetime, reveal: bool) -> Reasons:
    """Explain a rule of a file in a context. Raises BadInput."""
    rule = files.load(path, key)
    said = given.read(context, rule.binding, now=now)
    examined, reader = Examined(rule), Reader(may_see_personal=reveal)
    _check_claims(examined, said.peeks)
    assumed = tuple(each for each in examined.claims if each not in said.peeks)
    peeks = {**said.peeks, **dict.fromkeys(assumed, ASSUMED)}
    found = explain(examined, said.context, peeks, reader=reader)
    miss = nearest_miss(examined, said.context, peeks, reader=reader)
    follows = found.outcome
    if found.trace is None:
        raise AssertionError("the full level has a trace")
    return Reasons(
        rule.key,
        found.verdict,
        follows.branch,
        follows.reason,
        follows.because,
        follows.details,
        {each.alias: each.kind.words(each.params, rule.binding) for each in follows.actions},
        follows.claims,
        assumed,
        found.trace,
        None if miss is None else miss.flips,
    )


def _check_claims(examined: Examined, said: Mapping[str, Peek]) -> None:
    """Raise BadInput for a claim that the rule does not have: it would be taken for free."""
    for name in said:
        if name not in examined.claims:
            raise BadInput(
                N_("This rule takes nothing that is called “{name}”."),
                name=name,
                hint=did_you_mean(name, list(examined.claims)) if examined.claims else "",
            )
