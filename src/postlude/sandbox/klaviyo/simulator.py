"""Klaviyo as a simulator: takes events and campaigns, mails, and tells what came of the mails."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from postlude.sandbox.delivery import WebhookSender
from postlude.sandbox.faults import HTTP_FAULTS, WEBHOOK_FAULTS, FaultBook, FaultKind
from postlude.sandbox.klaviyo import readers
from postlude.sandbox.klaviyo.account import Account, Mail, Profile, fill
from postlude.sandbox.klaviyo.audience_calls import AudienceCalls
from postlude.sandbox.klaviyo.campaign_calls import CampaignCalls
from postlude.sandbox.klaviyo.controls import control_routes
from postlude.sandbox.klaviyo.event_calls import EventCalls
from postlude.sandbox.klaviyo.jsonapi import Json, Refusal, refused
from postlude.sandbox.klaviyo.limits import Limits, throttled
from postlude.sandbox.klaviyo.readers import Readers
from postlude.sandbox.now import epoch
from postlude.sandbox.simulator import Simulator, VendorConfig

_REVISION_LENGTH = len("2026-07-15")
Call = Callable[[Request], Awaitable[Response]]


class KlaviyoConfig(VendorConfig):
    """Settings of the Klaviyo simulator; the waits of its jobs are shrunk."""

    api_key: str = "sandbox-klaviyo-key"
    webhook_secret: str = "sandbox-klaviyo-secret"  # noqa: S105 - made up, for the sandbox
    webhook_url: str | None = None
    webhook_retries_s: tuple[float, ...] = (0.3, 0.6, 0.9)
    limited: bool = True
    lists_a_day: int = Field(default=150, ge=0)
    lookup_lag_s: float = Field(default=0.0, ge=0)
    """How long a new list, template or campaign is not found by its name."""
    import_s: float = Field(default=0.05, ge=0)
    send_s: float = Field(default=0.05, ge=0)
    flows: bool = True
    """Whether a metric of ours triggers a flow that mails its subject and html."""
    receipts: Readers = Readers()


class Klaviyo(Simulator):
    """The marketing service."""

    name = "klaviyo"
    faults_offered = HTTP_FAULTS | WEBHOOK_FAULTS | {FaultKind.EMPTY_LIST}
    config: KlaviyoConfig

    def __init__(self, config: KlaviyoConfig, faults: FaultBook) -> None:
        super().__init__(config, faults)
        self.sender = WebhookSender(lanes=8)
        self._timers: set[asyncio.TimerHandle] = set()
        self._chance: random.Random | None = None
        self._forget()

    def routes(self) -> list[BaseRoute]:
        """The calls of contracts 4.1 that a client of ours makes, and their neighbours."""
        calls = [
            *EventCalls(self).table(),
            *AudienceCalls(self).table(),
            *CampaignCalls(self).table(),
        ]
        return [
            Route(f"/api/{path}", self._guarded(operation, call), methods=[method])
            for method, path, operation, call in calls
        ]

    def control_routes(self) -> list[BaseRoute]:
        """Readers on demand, and the webhook log."""
        return control_routes(self)

    def received(self, query: Mapping[str, str]) -> Json:
        """All that was given to us: people, lists, texts, campaigns, events, mails."""
        account = self.account
        limit = int(query.get("limit", "1000"))
        return {
            "calls": {"total": self.journal.total},
            "profiles": [each.shown() for each in account.profiles.values()][-limit:],
            "lists": [
                {"id": key, **row, "members": account.members[key]}
                for key, row in account.lists.items()
            ],
            "templates": list(account.templates.values()),
            "campaigns": list(account.campaigns.values()),
            "events": account.events[-limit:],
            "mails": [asdict(each) for each in list(account.mails)[-limit:]],
            "bodies": list(self.bodies)[-limit:],
        }

    def summary(self) -> dict[str, object]:
        """A few counts."""
        account = self.account
        return {
            "profiles": len(account.profiles),
            "lists": len(account.lists),
            "campaigns": len(account.campaigns),
            "events": len(account.events),
            "mails": account.mailed,
        }

    def reset(self) -> None:
        """An empty account."""
        super().reset()
        self._cancel()
        self.sender.clear()
        self._forget()

    async def stop(self) -> None:
        """End timers and deliveries."""
        self._cancel()
        await self.sender.stop()

    def rate_limited(self, retry_after: float | None) -> Response:
        """Klaviyo's 429."""
        return refused(throttled(retry_after))

    def later(self, after_s: float, act: Callable[[], None]) -> None:
        """Do something soon."""

        def happen() -> None:
            self._timers.discard(timer)
            act()

        timer = asyncio.get_running_loop().call_later(after_s, happen)
        self._timers.add(timer)

    def ours(self, profile: Profile, metric: str, event: Json) -> None:
        """A metric of ours happened: its flow mails what the event carries."""
        if not self.config.flows:
            return
        carried = event["attributes"]["event_properties"]
        mail = self.account.mail(
            profile,
            message=f"flow-{self.account.metric(metric)}",
            subject=str(carried.get("subject", "")),
            html=str(carried.get("html", "")),
            flow=f"on {metric}",
            unique_id=str(event.get("unique_id", "")),
        )
        self._read(mail)

    def send(self, campaign: Json) -> None:
        """A campaign goes out to everyone on its lists."""
        account = self.account
        job = account.sends[campaign["id"]]
        if job["status"] == "cancelled":
            return
        template = account.templates.get(campaign["template"] or "", {})
        excluded = {each for number in campaign["excluded"] for each in account.members[number]}
        for number in campaign["included"]:
            for identifier in account.members[number]:
                profile = account.profiles[identifier]
                if profile.suppressed or identifier in excluded or not profile.email:
                    continue
                mail = account.mail(
                    profile,
                    message=campaign["message"],
                    subject=fill(str(campaign["content"].get("subject", "")), profile),
                    html=fill(str(template.get("html", "")), profile),
                    campaign=campaign["name"],
                )
                self._read(mail)
        job["status"] = "complete"
        campaign |= {"status": "Sent", "send_time": datetime.now().astimezone().isoformat()}

    def happen(self, mail: Mail, metric: str, *, url: str = "", bounce: str = "Hard") -> Json:
        """An event of a mail: kept for those who poll, told by webhook where there is one."""
        profile = self.account.profiles[mail.profile]
        carried = readers.properties(metric, mail, url=url, bounce=bounce)
        event = self.account.record(profile, metric, carried, unique_id=carried["$event_id"])
        if event is None:
            raise RuntimeError("an event's own id repeated")
        if self.config.webhook_url is not None:
            self._tell(metric, event, profile)
        return event

    def _tell(self, metric: str, event: Json, profile: Profile) -> None:
        faults = self.faults.judge_webhook(self.name, metric)
        skew = faults.get(FaultKind.CLOCK_SKEW)
        body = readers.notice(metric, event, profile.shown())
        self.sender.post(
            event=metric,
            url=str(self.config.webhook_url),
            body=body,
            headers=readers.headers(
                body,
                self.config.webhook_secret,
                skew_s=skew.skew_s if skew else 0.0,
                wrong=FaultKind.WRONG_SIGNATURE in faults,
            ),
            retries_s=self.config.webhook_retries_s,
            copies=2 if FaultKind.DUPLICATE_WEBHOOK in faults else 1,
            hold=FaultKind.OUT_OF_ORDER_WEBHOOK in faults,
        )

    def _read(self, mail: Mail) -> None:
        if not self.config.receipts.enabled:
            return
        self._chance = self._chance or random.Random(self.config.receipts.seed)
        for planned in readers.plan(self.config.receipts, self._chance, mail):
            self.later(planned.after_s, self._happening(mail, planned))

    def _happening(self, mail: Mail, planned: readers.Planned) -> Callable[[], None]:
        def act() -> None:
            self.happen(mail, planned.metric, url=planned.url)

        return act

    def _guarded(self, operation: str, call: Call) -> Call:
        async def serve(request: Request) -> Response:
            try:
                headers = self._admit(request, operation)
                body = await request.body()
                if body:
                    path = request.url.path.partition("/api/")[2]
                    self.bodies.append({"path": path, "body": body.decode(errors="replace")})
                response = await call(request)
            except Refusal as refusal:
                return refused(refusal)
            response.headers.update(headers)
            return response

        return serve

    def _admit(self, request: Request, operation: str) -> dict[str, str]:
        if request.headers.get("authorization") != f"Klaviyo-API-Key {self.config.api_key}":
            words = "Missing or invalid private key."
            raise Refusal(401, "not_authenticated", "Authentication failed.", words)
        revision = request.headers.get("revision", "")
        if len(revision.removesuffix(".pre")) != _REVISION_LENGTH:
            raise Refusal(400, "invalid", "Invalid revision.", "The revision header is required.")
        if not self.config.limited:
            return {}
        return self.limits.take(operation, lists_a_day=self.config.lists_a_day)

    def visible(self, made_at: float) -> bool:
        """Whether something made then is found by its name by now."""
        return epoch() - made_at >= self.config.lookup_lag_s

    def _forget(self) -> None:
        self.account = Account()
        self.limits = Limits()
        self.bodies: list[Any] = []
        self._chance = None

    def _cancel(self) -> None:
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
