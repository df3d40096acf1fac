from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from postlude.kernel.money import Money
from postlude.rewards.types.reservations import ReservationState
from postlude.rules.facts import Value
from postlude.rules.language.spans import Problem, Severity, Span

__all__ = (
    "MODES",
    "Ask",
    "Gift",
    "Group",
    "Missed",
    "Mode",
    "Order",
    "Params",
    "Preview",
    "Problem",
    "Published",
    "RuleDefinition",
    "Severity",
    "Span",
    "Value",
    "Why",
)

Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RuleDefinition:
    """`where` has the parameters of each leaf by its alias, `give` those of each action.

    A parameter mapping may carry `kind` and, for a leaf, `priority` or `rule` (a sub-rule's key);
    `names` binds further aliases to kinds, as the business words them. `carrier` is the type of
    card whose rule it is, "" for a rule of a flow. The rest are attributes: they choose the
    candidates and are no conditions.
    """

    key: str
    title: str
    business: str
    template: str
    where: Mapping[str, Params] = field(default_factory=dict)
    give: Mapping[str, Params] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    carrier: str = ""
    merchant: str = ""
    starts: datetime | None = None
    ends: datetime | None = None
    priority: int = 0
    group: str = ""
    excludes: tuple[str, ...] = ()
    currency: str = ""
    zone: str = ""


@dataclass(frozen=True, slots=True)
class Published:
    """What a publishing changed, by rule keys."""

    changed: tuple[str, ...] = ()
    back: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleName:
    """A rule that is or was in force, by its newest title; `versions` is how many it had."""

    key: str
    title: str
    business: str
    versions: int


class Standing(StrEnum):
    """How a rule stands: only one on line is asked. BROKEN: a kind it names is gone."""

    ONLINE = "online"
    PAUSED = "paused"
    SCHEDULED = "scheduled"
    OVER = "over"
    RETIRED = "retired"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Clause:
    """A name of a template in words. `resource` is what it takes (`quota:first-30`), if it does."""

    alias: str
    words: str
    kind: str
    resource: str = ""
    of_rule: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A rule as it stands at one moment, by its newest version; times are instants."""

    key: str
    title: str
    business: str
    carrier: str
    merchant: str
    template: str
    standing: Standing
    starts: datetime | None
    ends: datetime | None
    paused_at: datetime | None
    retired_at: datetime | None
    priority: int
    group: str
    excludes: tuple[str, ...]
    number: int
    conditions: tuple[Clause, ...]
    gives: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class Edition:
    """A version; `changes` are (setting, before, after) against the one before it."""

    version: int
    number: int
    created_at: datetime
    title: str
    changes: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Switched:
    """Somebody took a rule off line by hand (`paused`), or put it back."""

    paused: bool
    actor: str
    at: datetime


class Mode(StrEnum):
    """Which rules of a group come into force, of those that match."""

    ALL = "all"
    FIRST = "first"
    BEST_VALUE = "best_value"
    BEST_COST = "best_cost"


# As a playbook words them.
MODES = {
    "all": Mode.ALL,
    "first": Mode.FIRST,
    "best for the buyer": Mode.BEST_VALUE,
    "best for the merchant": Mode.BEST_COST,
}


@dataclass(frozen=True, slots=True)
class Group:
    """Rules that compete; `at_most` of them, where given, whatever the mode."""

    mode: Mode = Mode.ALL
    at_most: int | None = None

    def as_json(self) -> dict[str, Any]:
        return {"mode": self.mode.value, "at_most": self.at_most}


@dataclass(frozen=True, slots=True)
class Ask:
    """Who asks, and what is known: the context of a decision.

    `business` is the flow. `facts` are in the words of `rules.vocabulary`; facts of the contact
    and of the calendar are added to them. `card` and `versions` name a carrier and its rules, which
    are then the only candidates.
    """

    business: str
    contact: int | None
    facts: Mapping[str, Value]
    amount: Money | None = None
    merchant: str = ""
    card: int | None = None
    versions: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Gift:
    """One effect of one rule: `data` is what is given, as the action's kind words it.

    `instant` ones are part of the answer; the others are given when the order is confirmed.
    `value` is what it is worth to the buyer, in minor units.
    """

    rule: str
    version: int
    title: str
    action: str
    kind: str
    data: Mapping[str, Any]
    words: str
    instant: bool
    value: int = 0


class Why(StrEnum):
    """Why a rule did not come into force."""

    CONDITION = "condition"
    UNKNOWN = "unknown"
    CLAIM = "claim"
    OUTRANKED = "outranked"


@dataclass(frozen=True, slots=True)
class Missed:
    """A rule that did not come into force: the first leaf that kept it out, or who outranked it.

    `nearest` says what would change it ("spend 12.00 more"), when anything the buyer can do would.
    Of a claim `detail` is why it was refused (a `Reason` of rewards: `sold_out`, `per_person`).
    """

    rule: str
    title: str
    why: Why
    leaf: str = ""
    words: str = ""
    nearest: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What would come into force now, best first; nothing is held. `exact`: nothing is better."""

    gifts: tuple[Gift, ...]
    missed: tuple[Missed, ...]
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Order:
    """A rule order, with its reservation's state.

    Without `decided_at` it is a tombstone: its cancel came first, and nothing was ever decided.
    """

    key: str
    business: str
    contact: int | None
    state: ReservationState
    gifts: tuple[Gift, ...]
    missed: tuple[Missed, ...]
    amount: Money | None
    decided_at: datetime | None
    expires_at: datetime | None
    card: int | None = None
    replayed: bool = False
