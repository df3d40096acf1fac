"""When is something wrong, and when must the team hear of it? Pure: facts and `now` come in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from postlude.chatops.types import Finding, Kind, Occasion, State

NEVER_TWICE_WITHIN = timedelta(hours=1)
WAL_LIMIT_BYTES = 256 * 1024 * 1024
_MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class SourceSeen:
    slug: str
    silent_for: timedelta
    limit: timedelta


@dataclass(frozen=True, slots=True)
class SenderSeen:
    slug: str
    paused_for: timedelta
    reason: str
    waiting: int
    quota_spent: bool = False


@dataclass(frozen=True, slots=True)
class Observation:
    """One look at an organisation."""

    sources: tuple[SourceSeen, ...] = ()
    senders: tuple[SenderSeen, ...] = ()
    late_invitations: int = 0
    latest_wait: timedelta = timedelta(0)
    failed_invitations: int = 0
    refused_resources: Mapping[str, int] = field(default_factory=dict)
    dead_work: int = 0
    dead_deliveries: int = 0
    old_epoch: int = 0
    hits_lying: int = 0
    differing: Mapping[str, int] = field(default_factory=dict)
    wal_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    invitation_late: timedelta
    sender_paused: timedelta
    remind_every: timedelta


def findings(seen: Observation, limits: Limits) -> list[Finding]:
    """Return what is wrong, each thing once."""
    return [
        *_silent_sources(seen.sources),
        *_paused_senders(seen.senders, limits),
        *_invitations(seen, limits),
        *_refusals(seen.refused_resources),
        *_leftovers(seen),
    ]


def _silent_sources(sources: Sequence[SourceSeen]) -> list[Finding]:
    return [
        Finding(
            Kind.SOURCE_SILENT,
            each.slug,
            {"source": each.slug, "minutes": _minutes(each.silent_for)},
        )
        for each in sources
        if each.silent_for > each.limit
    ]


def _paused_senders(senders: Sequence[SenderSeen], limits: Limits) -> list[Finding]:
    return [
        Finding(
            Kind.SENDER_PAUSED,
            each.slug,
            {"sender": each.slug, "waiting": each.waiting, "reason": each.reason or "429"},
        )
        for each in senders
        if each.quota_spent or each.paused_for > limits.sender_paused
    ]


def _invitations(seen: Observation, limits: Limits) -> list[Finding]:
    found = []
    if seen.late_invitations and seen.latest_wait > limits.invitation_late:
        facts = {"count": seen.late_invitations, "minutes": _minutes(seen.latest_wait)}
        found.append(Finding(Kind.INVITATION_LATE, "", facts))
    if seen.failed_invitations:
        found.append(Finding(Kind.INVITATION_FAILED, "", {"count": seen.failed_invitations}))
    return found


def _refusals(refused: Mapping[str, int]) -> list[Finding]:
    return [
        Finding(Kind.ACCESS_REFUSED, resource, {"resource": resource, "count": count})
        for resource, count in sorted(refused.items())
        if count
    ]


def _leftovers(seen: Observation) -> list[Finding]:
    counts = {
        Kind.DEAD_WORK: seen.dead_work,
        Kind.DEAD_DELIVERY: seen.dead_deliveries,
        Kind.OLD_EPOCH: seen.old_epoch,
        Kind.HITS_LYING: seen.hits_lying,
    }
    found = [Finding(kind, "", {"count": count}) for kind, count in counts.items() if count]
    found += [
        Finding(Kind.FIGURES_DIFFER, what, {"what": what, "count": count})
        for what, count in sorted(seen.differing.items())
        if count
    ]
    if seen.wal_bytes > WAL_LIMIT_BYTES:
        found.append(Finding(Kind.WAL_LARGE, "", {"mebibytes": seen.wal_bytes // _MEBIBYTE}))
    return found


def _minutes(span: timedelta) -> int:
    return max(1, round(span.total_seconds() / 60))


@dataclass(frozen=True, slots=True)
class Known:
    """An alert as it stands in the database."""

    kind: Kind
    subject: str
    state: State
    opened_at: datetime
    notified_at: datetime | None


@dataclass(frozen=True, slots=True)
class Change:
    """What to do with one alert: its next state, and whether to tell the team why."""

    kind: Kind
    subject: str
    state: State
    tell: Occasion | None
    finding: Finding | None = None
    reopened: bool = False


def changes(
    known: Sequence[Known], found: Sequence[Finding], *, limits: Limits, now: datetime
) -> list[Change]:
    """Return the next step of every alert that is known or found.

    The team hears of one opening once, at most once an hour of the same alert however it
    flaps, and of a recovery only when it heard of the opening.
    """
    wrong = {(each.kind, each.subject): each for each in found}
    have = {(each.kind, each.subject): each for each in known}
    steps = [_step(have.get(key), finding, limits, now) for key, finding in wrong.items()]
    over = [
        _recover(each)
        for key, each in have.items()
        if key not in wrong and each.state != State.RECOVERED
    ]
    return steps + over


def _step(known: Known | None, finding: Finding, limits: Limits, now: datetime) -> Change:
    reopened = known is None or known.state == State.RECOVERED
    told = known.notified_at if known else None
    open_and_told = known is not None and known.state == State.NOTIFIED
    gap = max(limits.remind_every, NEVER_TWICE_WITHIN) if open_and_told else NEVER_TWICE_WITHIN
    if told is None or now - told >= gap:
        tell = Occasion.REMINDED if open_and_told else Occasion.OPENED
        return Change(finding.kind, finding.subject, State.NOTIFIED, tell, finding, reopened)
    state = State.NOTIFIED if open_and_told else State.OPENED
    return Change(finding.kind, finding.subject, state, None, finding, reopened)


def _recover(known: Known) -> Change:
    tell = Occasion.RECOVERED if known.state == State.NOTIFIED else None
    return Change(known.kind, known.subject, State.RECOVERED, tell)
