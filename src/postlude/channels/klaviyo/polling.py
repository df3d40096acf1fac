"""Klaviyo's events, asked for again and again: the way that every plan has.

Each metric has a cursor. A poll reads from a little before it up to now, so that an event that
turns up late is not missed; whatever comes twice is dropped by the inbox, by the event's id.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from postlude.channels import registry
from postlude.channels.klaviyo import account as accounts
from postlude.channels.klaviyo import receipts
from postlude.channels.klaviyo.connection import Answer, Clients, call
from postlude.channels.klaviyo.vendor import cursor_of
from postlude.channels.klaviyo.views import CHANNELS, keep
from postlude.channels.unanswered import NoAnswer
from postlude.kernel import boundaries, redact
from postlude.kernel.errors import AppError
from postlude.kernel.jobs import Budget
from postlude.messages import api as messages
from postlude.messages.types import SenderConfig
from postlude.orgs import api as orgs

_log = logging.getLogger(__name__)
EVERY = timedelta(minutes=1)
OVERLAP_S = 300
FIRST_REACH = timedelta(days=1)
_METRICS_LAST = timedelta(hours=6)  # a metric appears with its first event
_PAGE = 200
_clients = Clients()


class _Refused(Exception):
    """Klaviyo said no."""


def poll_reports(budget: Budget) -> int:
    """Ask for the events of every Klaviyo sender; return how many came, old ones included."""
    total = 0
    for sender in _senders():
        if budget.spent():
            break
        try:
            total += _Poll(sender, budget).run()
        except (NoAnswer, _Refused) as error:
            _log.warning(
                "reports not read", extra={"sender_id": sender.id, "reason": redact.cut(error)}
            )
        except AppError as error:
            _log.warning("reports not read", extra={"sender_id": sender.id, "code": error.code})
    return total


def close() -> None:
    """Close the kept connections."""
    _clients.close()


def _senders() -> list[SenderConfig]:
    known = {name for name in CHANNELS if name in registry.names()}
    return [
        messages.sender_by_id(status.id)
        for org in orgs.all_orgs()
        for status in messages.senders(org.id)
        if status.channel in known
    ]


class _Poll:
    def __init__(self, sender: SenderConfig, budget: Budget) -> None:
        from openapi_client.api import events_api, metrics_api  # noqa: PLC0415 - an extra

        client = _clients.of(accounts.read(sender.settings))
        self._sender = sender
        self._budget = budget
        self._events = events_api.EventsApi(client)
        self._metrics = metrics_api.MetricsApi(client)
        self._cursor = messages.report_cursor(sender.id)

    def run(self) -> int:
        now = self._budget.now()
        self._learn_metrics(now)
        return sum(
            self._metric(number, kind, now)
            for number, kind in sorted(self._cursor["metrics"].items(), key=_urgency)
            if not self._budget.spent()
        )

    def _learn_metrics(self, now: datetime) -> None:
        asked = self._cursor.get("metrics_at")
        if asked and now - datetime.fromisoformat(asked) < _METRICS_LAST and self._knows_all():
            return
        found: dict[str, str] = {}
        cursor: str | None = None
        while True:
            more: dict[str, Any] = {"page_cursor": cursor} if cursor else {}
            answer = _ask(self._metrics.get_metrics_without_preload_content, **more)
            for row in answer.data or []:
                kind = receipts.METRICS.get(str((row.get("attributes") or {}).get("name")))
                if kind is not None:
                    found[str(row["id"])] = kind
            cursor = _next(answer)
            if not cursor:
                break
        self._keep(metrics=found, metrics_at=now.isoformat())

    def _knows_all(self) -> bool:
        return {"delivered", "opened", "clicked"} <= set(self._cursor["metrics"].values())

    def _metric(self, number: str, kind: str, now: datetime) -> int:
        """Read one metric's events page by page; the cursor follows each page."""
        until = int(now.timestamp())
        since = self._cursor.get("until", {}).get(number)
        begin = int((now - FIRST_REACH).timestamp()) if since is None else since - OVERLAP_S
        wanted = (
            f'equals(metric_id,"{number}"),greater-or-equal(timestamp,{begin}),'
            f"less-than(timestamp,{until})"
        )
        total = 0
        cursor: str | None = None
        while True:
            more: dict[str, Any] = {"page_cursor": cursor} if cursor else {}
            answer = _ask(
                self._events.get_events_without_preload_content,
                filter=wanted,
                include=["profile"],
                sort="timestamp",
                page_size=_PAGE,
                **more,
            )
            total += self._take(kind, answer)
            cursor = _next(answer)
            # A run that is cut off goes on where it stood: the overlap is for what comes late
            # to a reading that was whole, and going back would never get past a rush.
            reached = self._last(answer, begin) + OVERLAP_S if cursor else until
            self._keep(until={**self._cursor.get("until", {}), number: reached})
            if not cursor or self._budget.spent():
                return total

    def _take(self, kind: str, answer: Answer) -> int:
        rows = answer.data or []
        people = {str(each.get("id")): each for each in answer.document.get("included") or []}
        events = [receipts.packed(kind, row, people.get(_person(row), {})) for row in rows]
        if events:
            keep(self._sender, events)
            boundaries.crossing("channels.reports_kept")
        return len(events)

    def _last(self, answer: Answer, begin: int) -> int:
        stamps = [(row.get("attributes") or {}).get("timestamp") or 0 for row in answer.data or []]
        return int(max([begin, *stamps]))

    def _keep(self, **changes: Any) -> None:
        self._cursor = {**self._cursor, **changes}
        messages.keep_report_cursor(self._sender.id, self._cursor)
        boundaries.crossing("channels.report_cursor_kept")


def _person(row: dict[str, Any]) -> str:
    related = (row.get("relationships") or {}).get("profile") or {}
    return str((related.get("data") or {}).get("id") or "")


def _next(answer: Answer) -> str | None:
    link = (answer.document.get("links") or {}).get("next")
    return cursor_of(str(link)) if link else None


def _ask(operation: Any, **named: Any) -> Answer:
    answer = call(operation, **named)
    if not answer.ok or not isinstance(answer.data, list):
        raise _Refused(f"{answer.status} {answer.code}")
    return answer


def _urgency(metric: tuple[str, str]) -> bool:
    """Who must not be written to any more comes before who has opened a mail."""
    return metric[1] in {"delivered", "opened", "clicked"}
