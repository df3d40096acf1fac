"""May this message go to this person now? Pure: facts in, a Block or None out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from postlude.messages.types import Block, Klass, Reason

RETRY_CAP = timedelta(seconds=5)
_ERASURE = "erasure"  # reasons of `people`
_UNSUBSCRIBE = "unsubscribe"
_HEEDS_CONSENT = frozenset({Klass.SERVICE, Klass.MARKETING})
_HEEDS_QUIET = frozenset({Klass.SERVICE, Klass.MARKETING})


@dataclass(frozen=True, slots=True)
class CapUse:
    """One rolling window: how many it allows, how many came, how many are on their way."""

    limit: int
    sent: int
    on_the_way: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about one message at the moment of sending."""

    klass: Klass
    testing: bool
    on_quiet: str
    deadline: datetime
    suppressed: str | None
    has_address: bool
    consent: bool | None
    caps: Sequence[CapUse]
    quiet_until: datetime | None
    served: bool = True


def judge(facts: Facts, now: datetime) -> Block | None:
    """Suppression and an address that cannot be reached stop every class, the rest is by class.

    A test message goes whatever was consented and at any hour, but never to a suppressed address.
    Marketing needs a yes; service goes until somebody said no.
    """
    if facts.suppressed is not None and facts.suppressed != _UNSUBSCRIBE:
        erased = facts.suppressed == _ERASURE
        return Block(Reason.ERASED if erased else Reason.SUPPRESSED)
    if not facts.has_address:
        return Block(Reason.NO_ADDRESS)
    if not facts.served:
        return Block(Reason.NOT_SERVED)
    if facts.testing:
        return None
    return _consent(facts) or _caps(facts, now) or _quiet(facts)


def _consent(facts: Facts) -> Block | None:
    if facts.klass not in _HEEDS_CONSENT:
        return None
    if facts.consent is False or facts.suppressed == _UNSUBSCRIBE:
        return Block(Reason.UNSUBSCRIBED)
    if facts.consent is None and facts.klass is Klass.MARKETING:
        return Block(Reason.NO_CONSENT)
    return None


def _caps(facts: Facts, now: datetime) -> Block | None:
    if facts.klass is not Klass.MARKETING:
        return None
    if any(cap.sent >= cap.limit for cap in facts.caps):
        return Block(Reason.FREQUENCY_CAP)
    if any(cap.sent + cap.on_the_way >= cap.limit for cap in facts.caps):
        # What is on its way may still fail: ask again when it has settled.
        return Block(Reason.FREQUENCY_CAP, now + RETRY_CAP)
    return None


def _quiet(facts: Facts) -> Block | None:
    if facts.klass not in _HEEDS_QUIET or facts.quiet_until is None:
        return None
    if facts.on_quiet == "block" or facts.quiet_until >= facts.deadline:
        return Block(Reason.QUIET_HOURS)
    return Block(Reason.QUIET_HOURS, facts.quiet_until)
