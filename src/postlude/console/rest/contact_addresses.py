"""Where a contact is reached in chat apps and on devices: said, forgotten, and shown masked."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import AwareDatetime, Field

from postlude.console.rest import keys, naming
from postlude.console.rest.errors import AddressNotKept
from postlude.console.rest.naming import ContactName
from postlude.console.rest.strict import Strict
from postlude.kernel import clock
from postlude.kernel.errors import BadInput
from postlude.orgs.api import Permission
from postlude.people import api as people
from postlude.people.types import Actor, AddressProblem, SaidAddress

router = Router(tags=["contacts"])
_CHANGE = keys.Key(Permission.CHANGE_CONTACT)

Kind = Annotated[
    Literal["line", "crescendo_line", "messenger", "push"],
    Field(description="The user id of LINE, a page-scoped id of Messenger, a token of FCM."),
]
Value = Annotated[str, Field(strict=True, min_length=1, max_length=320)]


class AddressIn(Strict):
    contact: ContactName
    kind: Kind
    value: Value
    consent: Annotated[
        bool | None, Field(strict=True, description="A yes or no to messages there, if given now.")
    ] = None


class ForgetIn(Strict):
    contact: ContactName
    kind: Kind
    value: Annotated[Value | None, Field(description="None: all of this kind.")] = None


class PlaceIn(Strict):
    """`last_seen`: when the app saw the person there last, by its own clock."""

    kind: Kind
    value: Value
    consent: Annotated[bool | None, Field(strict=True)] = None
    last_seen: AwareDatetime | None = None


class PlaceGone(Strict):
    kind: Kind
    value: Annotated[Value | None, Field(description="None: all of this kind.")] = None


class LinkIn(Strict):
    contact: ContactName
    kind: Literal["line", "crescendo_line", "messenger", "push"] = "line"


class LinkOut(Schema):
    """What to give LINE as nonce, `m.me` as ref, a page as word; it is good once, until then."""

    nonce: str
    expires_at: datetime


class PlaceOut(Schema):
    """A place where a contact is reached; enough of it to tell two apart."""

    kind: str
    masked: str
    since: datetime
    blocked: bool


class PlacesOut(Schema):
    contact: str | None
    items: list[PlaceOut]


class ForgottenOut(Schema):
    forgotten: int


@router.put("/addresses", auth=_CHANGE, response=PlacesOut, summary="Say where one is reached")
def say(request: HttpRequest, said: AddressIn) -> dict[str, Any]:
    """A new id in a chat app replaces the old one; a device joins the others. May be repeated."""
    contact = naming.contact(keys.org_of(request), said.contact)
    return _say(request, contact, PlaceIn(kind=said.kind, value=said.value, consent=said.consent))


@router.put(
    "/{token}/addresses", auth=_CHANGE, response=PlacesOut, summary="Say where a contact is reached"
)
def say_of(request: HttpRequest, token: str, said: PlaceIn) -> dict[str, Any]:
    """As above, of a contact by its id; with `last_seen` a block of before it is over."""
    return _say(request, naming.contact(keys.org_of(request), token), said)


@router.delete(
    "/{token}/addresses",
    auth=_CHANGE,
    response=ForgottenOut,
    summary="Forget where a contact is reached",
)
def forget_of(request: HttpRequest, token: str, said: PlaceGone) -> dict[str, Any]:
    """One place, or all of a kind. May be repeated."""
    org = keys.org_of(request)
    gone = people.forget_addresses(
        org,
        naming.contact(org, token),
        said.kind,
        said.value,
        actor=_actor(request),
        now=clock.now(),
    )
    return {"forgotten": gone}


@router.post("/link", auth=_CHANGE, response=LinkOut, summary="Begin to link a chat account")
def link(request: HttpRequest, said: LinkIn) -> dict[str, Any]:
    """For a member who has just logged in at the shop; the chat app's webhook ends it."""
    org, now = keys.org_of(request), clock.now()
    nonce = people.begin_link(org, naming.contact(org, said.contact), said.kind, now=now)
    return {"nonce": nonce, "expires_at": now + people.link_life(said.kind)}


def _say(request: HttpRequest, contact: int, said: PlaceIn) -> dict[str, Any]:
    org, now = keys.org_of(request), clock.now()
    address = SaidAddress(contact, said.kind, said.value)
    (problem,) = people.say_addresses(org, [address], actor=_actor(request), now=now)
    if problem is not None:
        _refuse(problem)
    if said.consent is not None:
        people.set_consent(org, contact, said.kind, granted=said.consent, source="api", now=now)
    if said.last_seen is not None:
        people.seen_there(org, said.kind, said.value, at=min(said.last_seen, now))
    return _places(org, contact)


@router.post(
    "/addresses/forget", auth=_CHANGE, response=ForgottenOut, summary="Forget where one is reached"
)
def forget(request: HttpRequest, said: ForgetIn) -> dict[str, Any]:
    """One place, or all of a kind. May be repeated."""
    org, now = keys.org_of(request), clock.now()
    contact = naming.contact(org, said.contact)
    gone = people.forget_addresses(
        org, contact, said.kind, said.value, actor=_actor(request), now=now
    )
    return {"forgotten": gone}


@router.get(
    "/{token}/addresses", auth=_CHANGE, response=PlacesOut, summary="Where a contact is reached"
)
def show(request: HttpRequest, token: str) -> dict[str, Any]:
    """Masked, whoever asks."""
    org = keys.org_of(request)
    return _places(org, naming.contact(org, token))


def _places(org: int, contact: int) -> dict[str, Any]:
    items = [
        {"kind": each.kind, "masked": each.masked, "since": each.since, "blocked": each.blocked}
        for each in people.places(org, contact)
    ]
    return {"contact": naming.contact_token(contact), "items": items}


def _refuse(problem: AddressProblem) -> None:
    if problem.code == "bad_address":
        raise BadInput("{problem}", problem=problem.message, hint=problem.hint)
    raise AddressNotKept(problem=problem.message, reason=problem.code, hint=problem.hint)


def _actor(request: HttpRequest) -> Actor:
    return keys.actor(keys.key_of(request))
