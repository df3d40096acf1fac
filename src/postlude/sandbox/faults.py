"""Faults as data: what goes wrong, where, how often; drawn from a seed so that a run repeats."""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class FaultKind(StrEnum):
    """Every fault a simulator can be asked for."""

    REFUSE_CONNECTION = "refuse_connection"
    DROP_BEFORE = "drop_before"
    DROP_AFTER = "drop_after"
    LATENCY = "latency"
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    HTML = "html"
    TRUNCATED_JSON = "truncated_json"
    EMPTY_LIST = "empty_list"
    DUPLICATE_WEBHOOK = "duplicate_webhook"
    OUT_OF_ORDER_WEBHOOK = "out_of_order_webhook"
    CLOCK_SKEW = "clock_skew"
    WRONG_SIGNATURE = "wrong_signature"
    REFUSE_RECIPIENT = "refuse_recipient"
    TEMPORARY_FAILURE = "temporary_failure"
    QUOTA_EXCEEDED = "quota_exceeded"
    TRUNCATED_GZIP = "truncated_gzip"
    NOT_SENT = "not_sent"


HTTP_FAULTS = frozenset(
    {
        FaultKind.REFUSE_CONNECTION,
        FaultKind.DROP_BEFORE,
        FaultKind.DROP_AFTER,
        FaultKind.LATENCY,
        FaultKind.RATE_LIMITED,
        FaultKind.SERVER_ERROR,
        FaultKind.HTML,
        FaultKind.TRUNCATED_JSON,
    }
)
WEBHOOK_FAULTS = frozenset(
    {
        FaultKind.DUPLICATE_WEBHOOK,
        FaultKind.OUT_OF_ORDER_WEBHOOK,
        FaultKind.CLOCK_SKEW,
        FaultKind.WRONG_SIGNATURE,
    }
)
TEXT_FAULTS = HTTP_FAULTS | {FaultKind.TRUNCATED_GZIP, FaultKind.NOT_SENT}
SMTP_FAULTS = frozenset(
    {
        FaultKind.REFUSE_CONNECTION,
        FaultKind.DROP_BEFORE,
        FaultKind.DROP_AFTER,
        FaultKind.LATENCY,
        FaultKind.REFUSE_RECIPIENT,
        FaultKind.TEMPORARY_FAILURE,
    }
)
_AT_RCPT = frozenset({FaultKind.REFUSE_RECIPIENT, FaultKind.TEMPORARY_FAILURE})


class FaultRule(BaseModel):
    """One fault: its kind, the calls it touches, and its chance.

    `path` and `method` narrow it (a shell pattern on the path below the vendor's prefix; on the
    webhook's event name or the SMTP recipient where there is no path). `skip` calls pass first,
    `count` is how often it fires at most, `for_s` ends it after that many seconds.
    """

    model_config = ConfigDict(extra="forbid")

    kind: FaultKind
    path: str = "*"
    method: str = "*"
    probability: float = Field(default=1.0, ge=0, le=1)
    seed: int = 0
    skip: int = Field(default=0, ge=0)
    count: int | None = Field(default=None, ge=1)
    for_s: float | None = Field(default=None, gt=0)
    status: int | None = Field(default=None, ge=200, le=599)
    retry_after: float | None = Field(default=None, ge=0)
    latency_ms: float = Field(default=1000, ge=0)
    jitter_ms: float = Field(default=0, ge=0)
    after: bool = False
    reset: bool = False
    skew_s: float = -3600

    @model_validator(mode="after")
    def _a_closed_port_cannot_be_counted(self) -> Self:
        narrowed = self.path != "*" or self.method != "*" or self.skip or self.count
        if self.kind is FaultKind.REFUSE_CONNECTION and (narrowed or self.probability < 1):
            raise ValueError(
                "refuse_connection closes the vendor's port: no request is seen that path, method, "
                "probability, skip or count could look at; end it with for_s or DELETE"
            )
        return self


@dataclass(slots=True)
class ArmedRule:
    """A rule with its own seeded chance and its history."""

    rule: FaultRule
    armed_at: float = field(default_factory=time.monotonic)
    seen: int = 0
    fired: int = 0
    _chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.rule.seed)

    def expired(self) -> bool:
        """Whether its time or its count is used up."""
        rule = self.rule
        too_old = rule.for_s is not None and time.monotonic() - self.armed_at > rule.for_s
        return too_old or (rule.count is not None and self.fired >= rule.count)

    def fires(self, method: str, path: str) -> bool:
        """Draw for one call; calls that do not match draw nothing, so they do not disturb a run."""
        rule = self.rule
        if self.expired() or not fnmatchcase(path, rule.path):
            return False
        if rule.method not in ("*", method):
            return False
        self.seen += 1
        if self.seen <= rule.skip or self._chance.random() >= rule.probability:
            return False
        self.fired += 1
        return True

    def delay_s(self) -> float:
        """Seconds of latency, with its seeded jitter."""
        rule = self.rule
        return (rule.latency_ms + self._chance.random() * rule.jitter_ms) / 1000


@dataclass(frozen=True, slots=True)
class Verdict:
    """What happens to one call: waits add up, of the other faults the first that fires wins."""

    before_s: float = 0.0
    after_s: float = 0.0
    fault: FaultRule | None = None


class FaultBook:
    """The faults switched on now, by vendor."""

    def __init__(self) -> None:
        self._armed: dict[str, list[ArmedRule]] = defaultdict(list)

    def put(self, vendor: str, rules: Iterable[FaultRule]) -> None:
        """Replace the vendor's faults."""
        self._armed[vendor] = [ArmedRule(rule) for rule in rules]

    def clear(self, vendor: str | None = None) -> None:
        """Switch off one vendor's faults, or everyone's."""
        if vendor is None:
            self._armed.clear()
        else:
            self._armed.pop(vendor, None)

    def listed(self, vendor: str) -> list[dict[str, object]]:
        """The vendor's faults with how often each was looked at and fired."""
        return [
            {**armed.rule.model_dump(mode="json"), "seen": armed.seen, "fired": armed.fired}
            for armed in self._armed.get(vendor, ())
        ]

    def refuses(self, vendor: str) -> bool:
        """Whether the vendor's port is to be closed at this moment."""
        return any(
            armed.rule.kind is FaultKind.REFUSE_CONNECTION and not armed.expired()
            for armed in self._armed.get(vendor, ())
        )

    def judge(self, vendor: str, method: str, path: str) -> Verdict:
        """Draw the faults of one incoming call."""
        before_s = after_s = 0.0
        fault: FaultRule | None = None
        for armed in self._armed.get(vendor, ()):
            kind = armed.rule.kind
            if kind in WEBHOOK_FAULTS or (fault is not None and kind is not FaultKind.LATENCY):
                continue
            if method in ("RCPT", "DATA") and (method == "RCPT") != (kind in _AT_RCPT):
                continue
            if not armed.fires(method, path):
                continue
            if kind is not FaultKind.LATENCY:
                fault = armed.rule
            elif armed.rule.after:
                after_s += armed.delay_s()
            else:
                before_s += armed.delay_s()
        return Verdict(before_s, after_s, fault)

    def judge_webhook(self, vendor: str, event: str) -> dict[FaultKind, FaultRule]:
        """Draw the faults of one outgoing webhook; several may fire together."""
        return {
            armed.rule.kind: armed.rule
            for armed in self._armed.get(vendor, ())
            if armed.rule.kind in WEBHOOK_FAULTS and armed.fires("POST", event)
        }
