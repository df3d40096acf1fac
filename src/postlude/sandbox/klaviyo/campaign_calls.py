"""Templates and campaigns: made, given a text, sent or scheduled, looked at."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response

from postlude.sandbox.klaviyo import campaigns
from postlude.sandbox.klaviyo.jsonapi import (
    Json,
    Refusal,
    answer,
    attributes,
    invalid,
    new_id,
    not_found,
    page,
    passes,
    read,
    stamp,
)
from postlude.sandbox.now import epoch
from postlude.sandbox.simulator import emptied

if TYPE_CHECKING:
    from postlude.sandbox.klaviyo.simulator import Klaviyo

_MOST_TEMPLATES = 1_000
_DRAFTS = ("Draft", "Scheduled")


class CampaignCalls:
    """The endpoints."""

    def __init__(self, klaviyo: Klaviyo) -> None:
        self._klaviyo = klaviyo

    def table(self) -> list[tuple[str, str, str, Any]]:
        """Method, path, what its limit is called, and what serves it."""
        send = "campaign-send-jobs"
        return [
            ("POST", "templates", "templates", self.create_template),
            ("GET", "templates", "templates", self.templates),
            ("POST", "campaigns", "campaigns", self.create),
            ("GET", "campaigns", "campaigns", self.listed),
            ("GET", "campaigns/{id}", "campaigns", self.shown),
            ("POST", "campaign-message-assign-template", "campaigns", self.assign),
            ("POST", "campaign-message-schedule", "campaigns", self.schedule),
            ("POST", send, "campaigns", self.send),
            ("GET", f"{send}/{{id}}", "campaigns", self.send_status),
            ("PATCH", f"{send}/{{id}}", "campaigns", self.cancel),
        ]

    async def create_template(self, request: Request) -> Response:
        """201; a name may repeat, and there are at most 1,000."""
        given = attributes(await read(request, "template"), "name", "editor_type")
        account = self._klaviyo.account
        if len(account.templates) >= _MOST_TEMPLATES:
            raise invalid("The limit of 1000 templates is reached.", "/data")
        return answer({"data": _template(self._keep(given))}, 201)

    async def templates(self, request: Request) -> Response:
        """Templates that pass a filter; a campaign's clones are not among them."""
        wanted = request.query_params.get("filter", "")
        allowed = {"name": "equals any", "id": "equals any", "created": "greater-than"}
        rows = [
            _template(row)
            for row in self._klaviyo.account.templates.values()
            if not row.get("clone")
            and passes(wanted, row.__getitem__, allowed)
            and self._klaviyo.visible(row["made_at"])
        ]
        shown, links = page(request, [] if emptied(request) else rows, 10)
        return answer({"data": shown, "links": links})

    async def create(self, request: Request) -> Response:
        """201 and a draft, in the shape of the revision."""
        given = attributes(await read(request, "campaign"))
        campaign = campaigns.make(campaigns.read(_revision(request), given))
        for number in (*campaign["included"], *campaign["excluded"]):
            if number not in self._klaviyo.account.lists:
                raise not_found("list", number)
        self._klaviyo.account.campaigns[campaign["id"]] = {**campaign, "made_at": epoch()}
        return answer({"data": campaigns.shown(_revision(request), campaign)}, 201)

    async def listed(self, request: Request) -> Response:
        """Campaigns of a channel; the filter is required."""
        wanted = request.query_params.get("filter", "")
        if "messages.channel" not in wanted:
            raise Refusal(400, "invalid", "A channel filter is required to list campaigns.")
        allowed = {
            "messages.channel": "equals",
            "name": "contains",
            "status": "equals any",
            "id": "any",
        }
        rows = [
            campaigns.shown(_revision(request), row)
            for row in self._klaviyo.account.campaigns.values()
            if passes(wanted, {"messages.channel": "email", **row}.__getitem__, allowed)
            and self._klaviyo.visible(row["made_at"])
        ]
        shown, links = page(request, [] if emptied(request) else rows, 100)
        return answer({"data": shown, "links": links})

    async def shown(self, request: Request) -> Response:
        """One campaign."""
        campaign = self._campaign(request.path_params["id"])
        return answer({"data": campaigns.shown(_revision(request), campaign)})

    async def assign(self, request: Request) -> Response:
        """200: the message has its own copy of the template."""
        data = await read(request, "campaign-message")
        related = ((data.get("relationships") or {}).get("template") or {}).get("data") or {}
        source = self._klaviyo.account.templates.get(str(related.get("id")))
        if source is None:
            raise not_found("template", str(related.get("id")))
        campaign = self._by_message(str(data.get("id")))
        clone = self._keep({**source, "clone": True})
        campaign |= {"template": clone["id"], "updated_at": stamp()}
        return answer({"data": {"type": "campaign-message", "id": campaign["message"]}})

    async def schedule(self, request: Request) -> Response:
        """201: the message has a time (the new shape's way)."""
        if _revision(request) < campaigns.NEW_SHAPE_FROM:
            raise not_found("path", "campaign-message-schedule")
        data = await read(request, "campaign-message-schedule")
        related = (data.get("relationships") or {}).get("campaign-message") or {}
        campaign = self._by_message(str((related.get("data") or {}).get("id")))
        campaign["scheduled_at"] = campaigns.schedule(attributes(data))
        return answer(
            {"data": {"type": "campaign-message-schedule", "id": campaign["message"]}}, 201
        )

    async def send(self, request: Request) -> Response:
        """202: it goes out now, or at its time; the job has the campaign's id."""
        data = await read(request, "campaign-send-job")
        campaign = self._campaign(str(data.get("id")))
        if campaign["id"] in self._klaviyo.account.sends:
            raise invalid("The campaign was sent already.", "/data/id")
        if campaign["template"] is None:
            raise invalid("The campaign's message has no template.", "/data/id")
        after_s = self._klaviyo.config.send_s
        if campaign["scheduled_at"]:
            at = datetime.fromisoformat(campaign["scheduled_at"])
            after_s = max(after_s, at.timestamp() - epoch())
        campaign["status"] = "Scheduled" if campaign["scheduled_at"] else "Sending"
        job = {"id": campaign["id"], "status": "queued"}
        self._klaviyo.account.sends[campaign["id"]] = job
        self._klaviyo.later(after_s, lambda: self._klaviyo.send(campaign))
        return answer({"data": _job(job)}, 202)

    async def send_status(self, request: Request) -> Response:
        """queued, processing, complete or cancelled."""
        return answer({"data": _job(self._job(request))})

    async def cancel(self, request: Request) -> Response:
        """204: it does not go out (cancel), or is a draft again (revert)."""
        data = await read(request, "campaign-send-job")
        job = self._job(request)
        if job["status"] == "complete":
            raise invalid("The campaign was sent already.", "/data/id")
        campaign = self._campaign(job["id"])
        if attributes(data, "action")["action"] == "revert":
            job["status"] = "cancelled"
            del self._klaviyo.account.sends[job["id"]]
            campaign["status"] = "Draft"
        else:
            job["status"] = "cancelled"
            campaign["status"] = "Cancelled: Manually cancelled"
        return Response(status_code=204)

    def _keep(self, given: Json) -> Json:
        row = {**given, "id": new_id("T"), "created": stamp(), "updated": stamp()}
        row["made_at"] = epoch()
        self._klaviyo.account.templates[row["id"]] = row
        return row

    def _campaign(self, identifier: str) -> Json:
        found = self._klaviyo.account.campaigns.get(identifier)
        if found is None:
            raise not_found("campaign", identifier)
        return found

    def _by_message(self, message: str) -> Json:
        for campaign in self._klaviyo.account.campaigns.values():
            if campaign["message"] == message:
                if campaign["status"] not in _DRAFTS:
                    raise invalid("The campaign can no longer be changed.", "/data/id")
                return campaign
        raise not_found("campaign-message", message)

    def _job(self, request: Request) -> Json:
        found = self._klaviyo.account.sends.get(request.path_params["id"])
        if found is None:
            raise not_found("campaign-send-job", request.path_params["id"])
        return found


def _revision(request: Request) -> str:
    return request.headers["revision"]


def _template(row: Json) -> Json:
    shown = {name: row.get(name) for name in ("name", "editor_type", "html", "text", "created")}
    return {"type": "template", "id": row["id"], "attributes": shown}


def _job(job: Json) -> Json:
    status = {"status": job["status"]}
    return {"type": "campaign-send-job", "id": job["id"], "attributes": status}
