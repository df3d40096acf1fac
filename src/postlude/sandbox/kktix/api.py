"""The organiser API: four GET calls behind a bearer token."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from postlude.sandbox.kktix.box_office import Event
from postlude.sandbox.simulator import emptied

if TYPE_CHECKING:
    from postlude.sandbox.kktix.simulator import Kktix

_BASE = "/api/v2/hosting_events"


def organiser_routes(kktix: Kktix) -> list[BaseRoute]:  # noqa: C901 - four calls, one after another
    """The calls a poller makes, in the order it makes them."""

    def guarded(
        endpoint: Callable[[Request], Response],
    ) -> Callable[[Request], Awaitable[Response]]:
        async def serve(request: Request) -> Response:
            expected = f"bearer {kktix.config.token}"
            given = request.headers.get("authorization", "")
            scheme, _, token = given.partition(" ")
            if not hmac.compare_digest(f"{scheme.lower()} {token}".encode(), expected.encode()):
                return JSONResponse({"error": "invalid token"}, status_code=401)
            return endpoint(request)

        return serve

    def events(request: Request) -> Response:
        only_live = request.query_params.get("only_not_ended_event") == "true"
        listed = [
            {"id": event.id, "name": event.name, "slug": event.slug}
            for event in kktix.office.events.values()
            if not (only_live and event.ended)
        ]
        return JSONResponse({"data": [] if emptied(request) else listed})

    def books(request: Request) -> Response:
        event = _event(kktix, request)
        if event is None:
            return _missing()
        return JSONResponse([] if emptied(request) else [{"id": event.book_id}])

    def sign_ins(request: Request) -> Response:
        event = _event(kktix, request)
        if event is None or event.book_id != request.path_params["book_id"]:
            return _missing()
        rows = [] if emptied(request) else [[number, None] for number in event.attendee_ids]
        return JSONResponse({"signin_status": rows})

    def attendee(request: Request) -> Response:
        event = _event(kktix, request)
        number = request.path_params["attendee_id"]
        record = kktix.office.attendees.get(number)
        if event is None or record is None or kktix.office.order_of(number).event is not event:
            return _missing()
        if number not in event.attendee_ids and kktix.config.cancelled_attendee == "missing":
            return _missing()
        return JSONResponse(record)

    one = _BASE + "/{event_id:int}"
    return [
        Route(_BASE, guarded(events)),
        Route(one + "/attendance_books", guarded(books)),
        Route(one + "/attendance_books/{book_id:int}", guarded(sign_ins)),
        Route(one + "/attendees/{attendee_id:int}", guarded(attendee)),
    ]


def _event(kktix: Kktix, request: Request) -> Event | None:
    return kktix.office.events.get(request.path_params["event_id"])


def _missing() -> Response:
    return JSONResponse({"error": "not found"}, status_code=404)
