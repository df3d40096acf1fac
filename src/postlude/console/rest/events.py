"""Events of customers, as another system tells of them; journeys may start by one or wait for it.

An event names itself (`id`), so repeating it word for word does nothing more and needs no key.
"""

from datetime import datetime, timedelta
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import AwareDatetime, Field

from postlude.activity import api as activity
from postlude.activity.types import EventChange, EventSeen
from postlude.console.rest import keys, naming
from postlude.console.rest.errors import EventAhead, EventToldOtherwise, UnknownContact
from postlude.console.rest.naming import ContactName
from postlude.console.rest.shapes import ErrorBody
from postlude.console.rest.strict import Strict
from postlude.kernel import clock
from postlude.kernel.errors import AppError
from postlude.orgs.api import Permission

router = Router(tags=["events"])
_TELL = keys.Key(Permission.TELL_EVENTS)
_MOST, _AHEAD = 500, timedelta(minutes=5)

Uid = Annotated[
    str,
    Field(
        strict=True,
        pattern=r"^[A-Za-z0-9._:-]{1,64}$",
        description="Your own name of this very event; sent again it is the same event.",
        examples=["trial-4711"],
    ),
]
Name = Annotated[
    str, Field(strict=True, pattern=r"^[a-z0-9][a-z0-9_.-]{0,62}$", examples=["trial_ended"])
]
# No address fits: what is personal belongs to the customer, not to an event.
Text = Annotated[str, Field(strict=True, max_length=200, pattern=r"^[^@]*$")]
Value = (
    Annotated[bool, Field(strict=True)]
    | Annotated[int, Field(strict=True)]
    | Annotated[float, Field(strict=True)]
    | Text
)
Property = Annotated[str, Field(strict=True, pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class EventIn(Strict):
    """`properties` are small and hold nothing personal."""

    id: Uid
    event: Name
    contact: ContactName
    at: AwareDatetime
    properties: Annotated[dict[Property, Value], Field(max_length=20, default_factory=dict)]


class EventsIn(Strict):
    events: Annotated[list[EventIn], Field(min_length=1, max_length=_MOST)]


class EventOut(Schema):
    """`outcome`: new, same (it was told before), or refused, and then why."""

    id: str
    outcome: str
    error: ErrorBody | None


class EventsOut(Schema):
    items: list[EventOut]


@router.post("", auth=_TELL, response=EventsOut, summary="Something happened to customers")
def tell(request: HttpRequest, said: EventsIn) -> dict[str, Any]:
    """Up to 500 at once; what is refused is told of each, the others are kept."""
    org, now = keys.org_of(request), clock.now()
    found = naming.contacts(org, [each.contact for each in said.events])
    read = [_read(each, who, now) for each, who in zip(said.events, found, strict=True)]
    seen = [each for each in read if isinstance(each, EventSeen)]
    changes = iter(activity.tell_events(org, seen, now=now))
    items = []
    for each, it in zip(said.events, read, strict=True):
        told = it if isinstance(it, AppError) else next(changes)
        items.append(_item(each.id, told))
    return {"items": items}


def _read(said: EventIn, contact: int | AppError | None, now: datetime) -> EventSeen | AppError:
    if not isinstance(contact, int):
        return contact or UnknownContact()
    if said.at > now + _AHEAD:
        return EventAhead()
    return EventSeen(said.id, contact, said.event, said.at, said.properties)


def _item(uid: str, told: EventChange | AppError) -> dict[str, Any]:
    if told is EventChange.REFUSED:
        told = EventToldOtherwise()
    if isinstance(told, AppError):
        refused = EventChange.REFUSED.value
        return {"id": uid, "outcome": refused, "error": told.as_json()["error"]}
    return {"id": uid, "outcome": told.value, "error": None}
