"""Version 1: every call needs a key.

Here are sales, buyers, messages, playbooks and jobs; promotions, rules, points, coupons, gift
cards, orders of a shop, its customers and where they are reached have files of their own.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Annotated, Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import patch_cache_control
from ninja import NinjaAPI, Query
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.renderers import JSONRenderer

from postlude.console import timeline as timelines
from postlude.console.readings import buyers as buyer_lists
from postlude.console.readings import conferences, letters
from postlude.console.readings import sales as sales_reading
from postlude.console.readings.message_filters import Asked
from postlude.console.rest import (
    answers,
    cards,
    cards_spending,
    contact_addresses,
    contacts,
    coupons,
    events,
    explaining,
    keys,
    orders,
    points,
    points_holds,
    points_reading,
    promotions,
    reports,
    shapes,
    shop_orders,
)
from postlude.console.rest.parsing import StrictParser
from postlude.console.stages import Stage
from postlude.console.types import BuyerRow, TimelineEntry
from postlude.kernel import clock, jobs, tokens
from postlude.kernel.errors import AppError, BadInput, NotFound
from postlude.messages import api as messages_api
from postlude.messages.types import State
from postlude.orgs import api as orgs
from postlude.orgs.api import Permission
from postlude.orgs.types import KeyRef
from postlude.playbooks import api as playbooks

View = Callable[..., HttpResponse]


def _known_reader(view: View) -> View:
    """Show the description of the API to members and keys only."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated or keys.reads_the_description(request):
            return view(request, *args, **kwargs)
        return _error(request, AuthenticationError())

    return guarded


class _Api(NinjaAPI):
    def get_root_path(self, path_params: dict[str, Any]) -> str:  # noqa: ARG002 - ninja's shape
        """Ninja looks its namespace up at the top; ours is inside the console's."""
        return f"{reverse('console:home')}api/v1/"


class _Readable(JSONRenderer):
    """Letters of every script as they are: people read these answers with curl."""

    json_dumps_params: Mapping[str, Any] = {"ensure_ascii": False}


api = _Api(
    title="Postlude",
    version="1",
    urls_namespace="console-v1",
    docs_url=None,
    docs_decorator=_known_reader,
    parser=StrictParser(),
    renderer=_Readable(),
)
_ROUTERS = (
    ("/reports", reports.router),
    ("/promotions/orders", orders.router),
    ("/promotions", promotions.router),
    ("/rules", explaining.router),
    ("/coupons", coupons.router),
    ("/gift-cards", cards.router),
    ("/gift-cards", cards_spending.router),
    ("/orders", shop_orders.router),
    ("/events", events.router),
    ("/contacts", contact_addresses.router),  # before what takes any name for a contact's
    ("/contacts", contacts.router),
    ("/points/holds", points_holds.router),
    ("/points", points.router),
    ("/points", points_reading.router),
)
for path, router in _ROUTERS:
    api.add_router(path, router)
_SALES = keys.Key(Permission.VIEW_SALES)
_OPS = keys.Key(Permission.VIEW_OPERATIONS)


def _key(request: HttpRequest) -> KeyRef:
    return request.auth  # type: ignore[attr-defined,no-any-return]


@api.get("/sales", auth=_SALES, response=shapes.SalesOut, summary="A conference's sale")
def sales(request: HttpRequest, conference: str = "") -> dict[str, Any]:
    org = orgs.get(_key(request).org)
    chosen, _all = conferences.chosen(org.id, conference)
    page = sales_reading.page(org, chosen, now=clock.now())
    return {
        "conference": page.conference,
        "counts": [{"key": each.key, "count": each.value} for each in page.cards],
        "pipeline": [{"key": each.key, "count": each.count} for each in page.stations],
        "ticket_types": page.rows,
        "sale_to_invitation_seconds": page.timings,
    }


@api.get("/buyers", auth=_SALES, response=shapes.BuyersOut, summary="Buyers, masked")
def buyers(
    request: HttpRequest,
    state: str = "",
    conference: str = "",
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> dict[str, Any]:
    _check(state, set(Stage))
    org = orgs.get(_key(request).org)
    chosen, _all = conferences.chosen(org.id, conference)
    found = buyer_lists.listing(org, chosen.id if chosen else None, state=state, offset=offset)
    items = [_buyer(each) for each in found.rows]
    return {"items": items, "total": found.total, "next_offset": found.next_offset}


@api.post("/buyers/search", auth=_SALES, response=list[shapes.BuyerOut], summary="Find a buyer")
def search(request: HttpRequest, wanted: shapes.SearchIn) -> list[dict[str, Any]]:
    """A POST, so that no address gets into a log."""
    return [_buyer(each) for each in buyer_lists.search(orgs.get(_key(request).org), wanted.q)]


@api.get(
    "/buyers/{token}/timeline",
    auth=_SALES,
    response=shapes.TimelineOut,
    summary="What happened to a buyer",
)
def timeline(request: HttpRequest, token: str) -> dict[str, Any]:
    """With the scope people.view_contact and the header X-Purpose the values are clear."""
    key, contact = _key(request), tokens.unseal("contact", token)
    purpose = request.headers.get(keys.PURPOSE_HEADER, "").strip()[:120]
    story = timelines.timeline(
        key.org,
        contact,
        actor=keys.actor(key),
        permissions=key.scopes if purpose else frozenset(),
        purpose=purpose or "api",
        now=clock.now(),
    )
    if story is None:
        raise NotFound
    return {
        "id": token,
        "name": story.name,
        "email": story.email,
        "phone": story.phone,
        "masked": story.masked,
        "entries": [_entry(each) for each in story.entries],
    }


@api.get("/messages", auth=_SALES, response=shapes.MessagesOut, summary="Messages, newest first")
def messages(request: HttpRequest, state: str = "", before: str = "") -> dict[str, Any]:
    _check(state, set(State))
    start = tokens.unseal("message", before) if before else letters.NEWEST
    found = letters.listing(orgs.get(_key(request).org), Asked(state), before=start)
    following = letters.token(found.next_before) if found.next_before else None
    return {"items": [_letter(each) for each in found.rows], "next_before": following}


@api.get("/messages/{token}", auth=_SALES, response=shapes.MessageStory, summary="One message")
def message(request: HttpRequest, token: str) -> dict[str, Any]:
    key, number = _key(request), tokens.unseal("message", token)
    fact = messages_api.state_of(key.org, [number]).get(number)
    if fact is None:
        raise NotFound
    return {
        "message": _letter(letters.letters(orgs.get(key.org), [fact])[0]),
        "entries": [_entry(each) for each in letters.story(key.org, fact)],
    }


@api.get("/playbooks", auth=_SALES, response=list[shapes.PlaybookOut], summary="Applied versions")
def applied(request: HttpRequest) -> list[Any]:
    return list(playbooks.versions(_key(request).org))


@api.get("/jobs", auth=_OPS, response=list[shapes.JobOut], summary="Jobs and their last run")
def job_status(request: HttpRequest) -> list[Any]:  # noqa: ARG001 - ninja passes it
    return list(jobs.status())


def _check(state: str, known: set[Any]) -> None:
    if state and state not in known and state not in buyer_lists.FILTERS:
        raise BadInput("There is no state {state}.", state=state[:40])


def _buyer(row: BuyerRow) -> dict[str, Any]:
    return {
        "id": row.contact,
        "name": row.name,
        "email": row.email,
        "tickets": row.tickets,
        "bought_at": row.bought_at,
        "state": row.stage,
        "reason": row.reason,
        "seconds_to_invitation": row.seconds,
    }


def _letter(row: letters.Letter) -> dict[str, Any]:
    return {
        "id": letters.token(row.id),
        "step": row.what,
        "to": row.to,
        "klass": row.klass,
        "created_at": row.at,
        "state": row.state_key,
        "reason": row.reason,
    }


def _entry(entry: TimelineEntry) -> dict[str, Any]:
    return {
        "at": entry.at,
        "step": entry.step,
        "title": entry.title,
        "detail": entry.detail,
        "tone": entry.tone.value,
        "seconds_after_sale": entry.seconds_after_sale,
    }


@api.exception_handler(AppError)
@api.exception_handler(AuthenticationError)
@api.exception_handler(ValidationError)
@api.exception_handler(HttpError)
@api.exception_handler(Http404)
def _error(request: HttpRequest, error: Exception) -> HttpResponse:
    found = answers.known(error)
    response = api.create_response(request, found.as_json(), status=found.http_status)
    patch_cache_control(response, no_store=True, private=True)
    return response
