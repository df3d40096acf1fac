"""What a kind of condition and a kind of action are."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from pydantic import ConfigDict

from postlude.kernel.described import Described
from postlude.rules.facts import Context
from postlude.rules.language.spans import Problem
from postlude.rules.predicates import Predicate


class Params(Described):
    """The parameters of one leaf or action; unknown names are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


P = TypeVar("P", bound=Params)


class Phase(StrEnum):
    PURE = "pure"
    CLAIM = "claim"


@dataclass(frozen=True, slots=True)
class Binding:
    """Where a rule is at home: what parameters mean depends on it."""

    currency: str
    zone: str


@dataclass(frozen=True, slots=True)
class ClaimSpec:
    """What a claim condition takes when the rule order is written.

    `resource` names a quota, a coupon list or a budget of `rewards` (`quota:first-30`);
    `quantity` is in its units.
    """

    resource: str
    quantity: int = 1


def _no_problems(_params: Any, _binding: Binding) -> Sequence[Problem]:
    return ()


@dataclass(frozen=True, slots=True)
class ConditionKind(Generic[P]):
    """One kind of condition.

    `check` says what of the parameters cannot be where the rule is at home (a foreign currency);
    binding asks it after `params` has read them, and `predicate` is called only when it is content.
    `unknown` says when the verdict is unknown; `examples` are parameters for the docs and tests.

    `predicate` gives the test for the parameters; the four faces are made from it. Of a claim kind
    it is what can be said without looking at the resource, mostly nothing, and `claim` names what
    is taken. `cost` is relative (1 = one comparison) and orders evaluation, never the verdict.
    `words` says what the parameters ask for, as a person would ("at least 50.00 TWD").
    `vetoes` says whether, with these parameters, the leaf is a deny list: true outside the list,
    and hoisted out of every `||` above it when a rule is bound, so that deny beats allow.
    """

    name: str
    title: str
    params: type[P]
    predicate: Callable[[P, Binding], Predicate]
    words: Callable[[P, Binding], str]
    phase: Phase = Phase.PURE
    cost: int = 1
    aliases: tuple[str, ...] = ()
    claim: Callable[[P], ClaimSpec] | None = None
    check: Callable[[P, Binding], Sequence[Problem]] = _no_problems
    unknown: str = ""
    examples: tuple[Mapping[str, Any], ...] = ()
    vetoes: Callable[[P], bool] | None = None


@dataclass(frozen=True, slots=True)
class ActionKind(Generic[P]):
    """One kind of action: data that whoever asked carries out.

    `effect` turns parameters and the facts at hand into what is to be given; it changes nothing.
    `value` is what it is worth to the buyer and `cost` what it costs the merchant, both in minor
    units of the order's currency, for ranking. `instant`: part of the answer during the event
    (a discount, usable); else it is given when the order is confirmed. `claim` says what is taken
    of scarce stock; None of parameters that take nothing.
    """

    name: str
    title: str
    params: type[P]
    effect: Callable[[P, Context, Binding], dict[str, Any]]
    words: Callable[[P, Binding], str]
    value: Callable[[P, Context, Binding], int]
    cost: Callable[[P, Context, Binding], int]
    instant: bool = False
    reversible: bool = True
    aliases: tuple[str, ...] = ()
    claim: Callable[[P], ClaimSpec | None] | None = None
    check: Callable[[P, Binding], Sequence[Problem]] = _no_problems
    examples: tuple[Mapping[str, Any], ...] = ()
