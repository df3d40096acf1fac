"""Mailgun as a simulator: takes mail, tells about it later, forgets nothing until reset."""

from __future__ import annotations

import asyncio
import base64
import json
import random
from collections import deque
from collections.abc import Mapping
from typing import Any

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from postlude.sandbox.delivery import WebhookSender
from postlude.sandbox.faults import HTTP_FAULTS, WEBHOOK_FAULTS, FaultBook, FaultKind
from postlude.sandbox.mailgun.controls import control_routes
from postlude.sandbox.mailgun.events import make_event, matches, signed
from postlude.sandbox.mailgun.parsing import BadForm, Message, read_form, read_message
from postlude.sandbox.mailgun.receipts import Planned, Receipts, plan
from postlude.sandbox.mailgun.visits import Visits
from postlude.sandbox.now import epoch, now
from postlude.sandbox.simulator import Json, Simulator, VendorConfig, emptied

# 406 is Mailgun's "never again".
_REFUSALS = frozenset({406})
_KEEP = 100_000
_BIGGEST = 25 * 1024 * 1024


class MailgunConfig(VendorConfig):
    """Settings of the Mailgun simulator; retries are shrunk (the real ones reach over 8 hours)."""

    api_key: str = "sandbox-mailgun-key"
    domains: tuple[str, ...] = ("mg.example.test",)
    signing_key: str = "sandbox-signing-key"
    webhook_url: str | None = None
    webhook_retries_s: tuple[float, ...] = (0.3, 0.6, 0.9)
    events_lag_s: float = Field(default=0.0, ge=0)
    receipts: Receipts = Receipts()


class Mailgun(Simulator):
    """The e-mail service."""

    name = "mailgun"
    faults_offered = HTTP_FAULTS | WEBHOOK_FAULTS | {FaultKind.EMPTY_LIST}
    config: MailgunConfig

    def __init__(self, config: MailgunConfig, faults: FaultBook) -> None:
        super().__init__(config, faults)
        self.sender = WebhookSender(lanes=8, refusals=_REFUSALS)
        self.visits = Visits()
        self._timers: set[asyncio.TimerHandle] = set()
        self._forget()

    def routes(self) -> list[BaseRoute]:
        """Send, events, and the friendly page any wrong path gets."""
        return [
            Route("/v3/{domain}/messages", self._send, methods=["POST"]),
            Route("/v3/{domain}/events", self._events, methods=["GET"]),
            Route("/v3/{domain}/events/{page}", self._events, methods=["GET"]),
            Route("/{rest:path}", _magnificent, methods=["GET", "POST", "PUT", "DELETE"]),
        ]

    def control_routes(self) -> list[BaseRoute]:
        """Readers on demand, and the webhook log."""
        return control_routes(self)

    def received(self, query: Mapping[str, str]) -> Json:
        """Accepted messages, newest last, filtered by `to`, `subject` or `variable.<name>`."""
        found = [message for message in self.messages if _wanted(message, query)]
        limit = int(query.get("limit", "100"))
        shown = [message.shown() for message in found[-limit:]]
        return {"total": self.accepted, "matching": len(found), "messages": shown}

    def summary(self) -> dict[str, object]:
        """Messages and events."""
        counts: dict[str, object] = {"messages": self.accepted, **self.event_counts}
        states = [delivery.state for delivery in self.sender.log]
        return counts | {
            "visits": self.visits.count,
            "webhooks failed": states.count("failed"),
        }

    def reset(self) -> None:
        """Empty mailboxes."""
        super().reset()
        self._cancel()
        self.sender.clear()
        self._forget()

    async def stop(self) -> None:
        """End timers and deliveries."""
        self._cancel()
        await self.sender.stop()

    def happen(self, event: dict[str, Any]) -> None:
        """Store an event and tell the webhook, unless it is one Mailgun keeps to itself."""
        name = event["event"]
        self.events.append(event)
        self.event_counts[name] = self.event_counts.get(name, 0) + 1
        url = self.config.webhook_url
        if url is None or name == "accepted":
            return
        faults = self.faults.judge_webhook(self.name, name)
        skew = faults.get(FaultKind.CLOCK_SKEW)
        body = signed(
            event,
            self.config.signing_key,
            skew_s=skew.skew_s if skew else 0.0,
            wrong=FaultKind.WRONG_SIGNATURE in faults,
        )
        self.sender.post(
            event=name,
            url=url,
            body=body,
            headers={"content-type": "application/json"},
            retries_s=self.config.webhook_retries_s,
            copies=2 if FaultKind.DUPLICATE_WEBHOOK in faults else 1,
            hold=FaultKind.OUT_OF_ORDER_WEBHOOK in faults,
        )

    def _forget(self) -> None:
        self.messages: deque[Message] = deque(maxlen=_KEEP)
        self.events: deque[dict[str, Any]] = deque(maxlen=5 * _KEEP)
        self.event_counts: dict[str, int] = {}
        self.accepted = 0
        self._chance: random.Random | None = None

    def _cancel(self) -> None:
        self.visits.cancel()
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()

    async def _send(self, request: Request) -> Response:
        domain = request.path_params["domain"]
        refusal = self._refusal(request, domain)
        if refusal is not None:
            return refusal
        body = await request.body()
        if len(body) > _BIGGEST:
            return JSONResponse({"message": "Message is too big"}, status_code=413)
        stamp = now().strftime("%Y%m%d%H%M%S")
        new_id = f"<{stamp}.{self.accepted + 1}.SANDBOX@{domain}>"
        try:
            form = read_form(request.headers.get("content-type", ""), body)
            message = read_message(
                form, number=self.accepted + 1, at=epoch(), domain=domain, new_id=new_id
            )
        except (BadForm, UnicodeDecodeError) as error:
            return JSONResponse({"message": str(error)}, status_code=400)
        self._accept(message)
        return JSONResponse({"id": message.id, "message": "Queued. Thank you."})

    def _accept(self, message: Message) -> None:
        self.accepted += 1
        self.messages.append(message)
        receipts = self.config.receipts
        self._chance = self._chance or random.Random(receipts.seed)
        for recipient in message.recipients:
            self.happen(make_event("accepted", message, recipient))
            if receipts.enabled and not message.options.get("testmode"):
                for planned in plan(receipts, self._chance, message):
                    self._later(planned, message, recipient)

    def _later(self, planned: Planned, message: Message, recipient: str) -> None:
        def happen() -> None:
            self._timers.discard(timer)
            if self.config.receipts.browser:
                self._browse(planned, message)
            self.happen(
                make_event(
                    planned.name, message, recipient, severity=planned.severity, url=planned.url
                )
            )

        timer = asyncio.get_running_loop().call_later(planned.after_s, happen)
        self._timers.add(timer)

    def _browse(self, planned: Planned, message: Message) -> None:
        if planned.name == "opened":
            self.visits.open(message)
        elif planned.name == "clicked" and planned.url:
            self.visits.follow(planned.url)

    async def _events(self, request: Request) -> Response:
        domain = request.path_params["domain"]
        refusal = self._refusal(request, domain)
        if refusal is not None:
            return refusal
        wanted = dict(request.query_params)
        if "page" in request.path_params:
            wanted = json.loads(base64.urlsafe_b64decode(request.path_params["page"]))
        limit = min(int(wanted.get("limit", "100")), 300)
        offset = int(wanted.get("offset", "0"))
        seen_until = epoch() - self.config.events_lag_s
        found = [e for e in self.events if e["timestamp"] <= seen_until and matches(e, wanted)]
        if wanted.get("ascending", "no") != "yes":
            found.reverse()
        items = [] if emptied(request) else found[offset : offset + limit]
        base = str(request.url).partition("/events")[0] + "/events/"
        paging = {
            name: base + _page({**wanted, "offset": str(start)})
            for name, start in {"first": 0, "next": offset + len(items)}.items()
        }
        return JSONResponse({"items": items, "paging": paging})

    def _refusal(self, request: Request, domain: str) -> Response | None:
        given = request.headers.get("authorization", "")
        expected = base64.b64encode(f"api:{self.config.api_key}".encode()).decode()
        if given != f"Basic {expected}":
            return PlainTextResponse("Forbidden", status_code=401)
        if domain not in self.config.domains:
            return JSONResponse({"message": f"Domain not found: {domain}"}, status_code=404)
        return None


async def _magnificent(_: Request) -> Response:
    return PlainTextResponse("Mailgun Magnificent API")


def _page(wanted: Mapping[str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(wanted).encode()).decode()


def _wanted(message: Message, query: Mapping[str, str]) -> bool:
    if "to" in query and query["to"].lower() not in (r.lower() for r in message.recipients):
        return False
    if "subject" in query and query["subject"] not in message.subject:
        return False
    return all(
        message.variables.get(name.removeprefix("variable.")) == value
        for name, value in query.items()
        if name.startswith("variable.")
    )
