"""Reading journeys, for the console, the alerts and the command line."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from postlude.journeys import marks
from postlude.journeys.models import Mark, Member, NodeExecution, Resend, Run, SendAttempt, Slot
from postlude.journeys.types import (
    ExecutionFact,
    HistoryEntry,
    LateInvitation,
    MemberFact,
    MemberState,
    Progress,
    Stop,
)
from postlude.orders import api as orders

SALE = 0
_OPEN = (MemberState.READY, MemberState.WAITING, MemberState.QUEUED, MemberState.UNKNOWN)
_KINDS: Mapping[str, str] = {
    MemberState.READY: "waiting",
    MemberState.WAITING: "waiting",
    MemberState.QUEUED: "decided",
}


def progress(org: int, conference: int | None = None) -> list[Progress]:
    """Return the counts of each conference (or of one) that anybody has bought for."""
    rows = Member.objects.filter(org=org, lane=SALE)
    if conference is not None:
        rows = rows.filter(conference=conference)
    counts: dict[int, Counter[tuple[str, str]]] = defaultdict(Counter)
    for row in rows.values("conference", "state", "reason").annotate(n=Count("id")).order_by():
        counts[row["conference"]][row["state"], row["reason"]] += row["n"]
    people = rows.filter(state=MemberState.SENT).values("conference")
    invited = {
        row["conference"]: row["n"] for row in people.annotate(n=Count("contact", distinct=True))
    }
    return [progress_of(each, counts[each], invited.get(each, 0)) for each in sorted(counts)]


def progress_of(conference: int, counts: Counter[tuple[str, str]], invited: int) -> Progress:
    """Return counts by (state, reason) as progress."""

    def total(state: MemberState) -> int:
        return sum(n for (it, _), n in counts.items() if it == state)

    def reasons(state: MemberState) -> dict[str, int]:
        return {reason: n for (it, reason), n in sorted(counts.items()) if it == state}

    return Progress(
        conference,
        entered=sum(counts.values()),
        ready=total(MemberState.READY),
        waiting_grant=total(MemberState.WAITING),
        queued=total(MemberState.QUEUED),
        unknown=total(MemberState.UNKNOWN),
        sent=total(MemberState.SENT),
        invited=invited,
        failed=total(MemberState.FAILED),
        blocked=reasons(MemberState.BLOCKED),
        failures=reasons(MemberState.FAILED),
    )


def members(  # noqa: PLR0913 - a list has as many filters
    org: int,
    *,
    conference: int | None = None,
    state: str | None = None,
    reason: str | None = None,
    cycle: int | None = None,
    states: Collection[str] | None = None,
    limit: int = 100,
    before: int | None = None,
) -> list[MemberFact]:
    """Return members, newest first; `before` is the last id of the page before."""
    rows = _rows(org).order_by("-id")
    wanted = {
        "conference": conference,
        "state": state,
        "reason": reason,
        "cycle": cycle,
        "state__in": states,
        "id__lt": before,
    }
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    return [
        MemberFact(
            row.id,
            row.cycle_id,
            row.cycle.journey.slug,
            row.conference,
            row.contact,
            tuple(row.tickets),
            row.state,
            row.node,
            row.reason,
            row.message,
            row.entered_at,
            row.settled_at,
        )
        for row in rows[:limit]
    ]


def waiting() -> int:
    """Return how many members could be walked on now, and audiences that are yet to be frozen.

    Those who wait for others (a grant, a message) are counted where that is.
    """
    walked = Q(state=MemberState.WAITING) & ~Q(owner="")
    members = Member.objects.filter(Q(state=MemberState.READY) | walked).count()
    runs = Run.objects.filter(finished_at=None).count()
    return members + Slot.objects.filter(frozen_at=None).count() + runs


def history_of(org: int, contact: int) -> list[HistoryEntry]:
    """Return a contact's way through its journeys, oldest first."""
    entries = []
    for row in _rows(org).filter(contact=contact):
        common: dict[str, Any] = {
            "journey": row.cycle.journey.slug,
            "conference": row.conference,
            "tickets": tuple(row.tickets),
        }
        first = row.version.definition["nodes"][0]["name"]
        entries.append(HistoryEntry(row.entered_at, "entered", node=first, **common))
        if row.message is not None:
            decided = HistoryEntry(
                row.node_since, "decided", node=row.node, message=row.message, **common
            )
            entries.append(decided)
        if row.state != MemberState.QUEUED:
            entries.append(
                HistoryEntry(
                    row.settled_at or row.node_since,
                    _KINDS.get(row.state, row.state),
                    node=row.node,
                    reason=row.reason,
                    message=row.message,
                    **common,
                )
            )
    again = Resend.objects.filter(org=org, contact=contact).select_related("journey")
    entries += [
        HistoryEntry(
            row.at,
            "resent",
            row.journey.slug,
            "",
            row.conference,
            message=row.message,
            actor=row.actor,
        )
        for row in again
    ]
    return sorted(entries, key=lambda entry: entry.at)


def late(org: int, *, now: datetime, limit: timedelta, most: int = 1_000) -> list[LateInvitation]:
    """Return paid tickets whose invitation should have been accepted by now, oldest first.

    What was blocked or has failed for good is not late; lack of access is, as it can be mended.
    """
    since = now - limit
    hangs = Q(state__in=_OPEN) | Q(state=MemberState.BLOCKED, reason=Stop.NO_ACCESS)
    # The states once more, all together: by them the index is searched.
    sales = Member.objects.filter(org=org, lane=SALE, state__in=(*_OPEN, MemberState.BLOCKED))
    rows = sales.filter(hangs, entered_at__lt=since).order_by("entered_at", "id")
    found = [
        LateInvitation(
            ticket, row.contact, row.conference, row.entered_at, row.state, row.reason, row.id
        )
        for row in rows[:most]
        for ticket in row.tickets
    ]
    return sorted([*found, *_never_entered(org, since)], key=lambda each: each.since)


def _never_entered(org: int, since: datetime) -> list[LateInvitation]:
    """Among the newest sales: paid ones that no journey has taken up, where there is one."""
    if not Mark.objects.filter(org=org).exists():
        return []
    recent = [
        ticket
        for ticket in orders.recent_tickets(org, limit=1_000)
        if ticket.valid
        and (ticket.sold_at or ticket.first_seen_at) < since
        and ticket.first_seen_at < since
    ]
    scopes = [marks.ticket(ticket.id) for ticket in recent]
    contacts = {ticket.contact for ticket in recent if ticket.contact is not None}
    taken = set(
        Mark.objects.filter(org=org, contact__in=contacts, scope__in=scopes).values_list(
            "scope", flat=True
        )
    )
    return [
        LateInvitation(
            ticket.id, ticket.contact, ticket.conference, ticket.first_seen_at, "not_entered"
        )
        for ticket in recent
        if marks.ticket(ticket.id) not in taken
    ]


def executions(org: int, cycle: int) -> list[ExecutionFact]:
    """Return what each node of a cycle did."""
    return [
        _execution(row)
        for row in NodeExecution.objects.filter(org=org, cycle=cycle).order_by("started_at", "id")
    ]


def _execution(row: NodeExecution) -> ExecutionFact:
    outcomes: Counter[str] = Counter()
    blocked: dict[str, int] = {}
    tried = SendAttempt.objects.filter(org=row.org_id, execution=row.id)
    for each in tried.values("outcome", "reason").annotate(n=Count("id")).order_by():
        outcomes[each["outcome"]] += each["n"]
        if each["outcome"] == "blocked":
            blocked[each["reason"]] = each["n"]
    ended = outcomes["sent"] + outcomes["failed"] + outcomes["blocked"]
    return ExecutionFact(
        row.id,
        row.cycle_id,
        row.node,
        entered=row.entered,
        passed=row.passed,
        sent=outcomes["sent"],
        failed=outcomes["failed"],
        waiting=row.entered - row.passed - ended,
        blocked=blocked,
    )


def _rows(org: int) -> QuerySet[Member]:
    return Member.objects.filter(org=org).select_related("cycle__journey", "version")
