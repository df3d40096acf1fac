"""Events in and out, and the metrics they are of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response

from postlude.sandbox.klaviyo.account import BUILT_IN, check_profile
from postlude.sandbox.klaviyo.jsonapi import Json, answer, attributes, invalid, page, passes, read
from postlude.sandbox.simulator import emptied

if TYPE_CHECKING:
    from postlude.sandbox.klaviyo.simulator import Klaviyo

_PAGE = 200
_MOST_PROPERTIES = 400
_LONGEST = 100_000
_TIMES = "greater-than greater-or-equal less-than less-or-equal"
_ALLOWED = {"metric_id": "equals", "profile_id": "equals", "datetime": _TIMES, "timestamp": _TIMES}
_MOST_BULK = 1_000


class EventCalls:
    """The endpoints."""

    def __init__(self, klaviyo: Klaviyo) -> None:
        self._klaviyo = klaviyo

    def table(self) -> list[tuple[str, str, str, Any]]:
        """Method, path, what its limit is called, and what serves it."""
        return [
            ("POST", "events", "events", self.create),
            ("GET", "events", "events", self.listed),
            ("POST", "event-bulk-create-jobs", "lists", self.create_many),
            ("GET", "metrics", "metrics", self.metrics),
            ("GET", "accounts", "metrics", self.accounts),
        ]

    async def create(self, request: Request) -> Response:
        """202 and no body: validated, not yet processed."""
        self._take(attributes(await read(request, "event"), "properties", "metric", "profile"))
        return Response(status_code=202)

    async def create_many(self, request: Request) -> Response:
        """Up to 1,000 events, by profile."""
        given = attributes(await read(request, "event-bulk-create-job"), "events-bulk-create")
        groups = given["events-bulk-create"].get("data") or []
        events = [
            ({"profile": group["attributes"]["profile"]}, each["attributes"])
            for group in groups
            for each in group["attributes"]["events"]["data"]
        ]
        if len(events) > _MOST_BULK:
            raise invalid("At most 1000 events.", "/data/attributes/events-bulk-create")
        for profile, event in events:
            self._take({**event, **profile})
        return Response(status_code=202)

    async def listed(self, request: Request) -> Response:
        """Events that pass a filter, a page at a time."""
        wanted = request.query_params.get("filter", "")
        account = self._klaviyo.account
        found = [each for each in account.events if passes(wanted, _field(each), _ALLOWED)]
        backwards = request.query_params.get("sort", "-datetime").startswith("-")
        found.sort(key=lambda each: each["attributes"]["timestamp"], reverse=backwards)
        rows, links = page(request, [] if emptied(request) else found, _PAGE)
        body: Json = {"data": rows, "links": links}
        if "profile" in request.query_params.get("include", ""):
            people = dict.fromkeys(e["relationships"]["profile"]["data"]["id"] for e in rows)
            body["included"] = [account.profiles[each].shown() for each in people]
        return answer(body)

    async def metrics(self, request: Request) -> Response:
        """Every metric of the account."""
        known = self._klaviyo.account.metrics.items()
        rows = [
            {"type": "metric", "id": number, "attributes": {"name": name}} for name, number in known
        ]
        shown, links = page(request, [] if emptied(request) else rows, _PAGE)
        return answer({"data": shown, "links": links})

    async def accounts(self, _: Request) -> Response:
        """Whose key this is."""
        held = {"contact_information": {"organization_name": "Sandbox"}, "test_account": True}
        return answer({"data": [{"type": "account", "id": "SANDBX", "attributes": held}]})

    def _take(self, given: Json) -> None:
        metric = ((given["metric"].get("data") or {}).get("attributes") or {}).get("name")
        person = (given["profile"].get("data") or {}).get("attributes") or {}
        carried = given["properties"]
        if not metric:
            raise invalid("A metric name is required.", "/data/attributes/metric")
        check_profile(person)
        if len(carried) > _MOST_PROPERTIES:
            raise invalid("Too many properties.", "/data/attributes/properties")
        for name, value in carried.items():
            if isinstance(value, str) and len(value.encode()) > _LONGEST:
                raise invalid(f"'{name}' is too long.", f"/data/attributes/properties/{name}")
        account = self._klaviyo.account
        profile, _ = account.upsert(person)
        unique_id = str(given.get("unique_id") or "")
        event = account.record(profile, metric, carried, unique_id=unique_id)
        if event is not None and metric not in BUILT_IN:
            event["unique_id"] = unique_id
            if not given.get("backfill"):
                self._klaviyo.ours(profile, metric, event)


def _field(event: Json) -> Any:
    def value(name: str) -> Any:
        if name in ("timestamp", "datetime"):
            return event["attributes"][name]
        return event["relationships"][name.removesuffix("_id")]["data"]["id"]

    return value
