"""Where a contact is reached in chat apps and on devices: said, forgotten, and shown masked."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

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
    org, now = keys.org_of(request), clock.now()
    contact = naming.contact(org, said.contact)
    address = SaidAddress(contact, said.kind, said.value)
    (problem,) = people.say_addresses(org, [address], actor=_actor(request), now=now)
    if problem is not None:
        _refuse(problem)
    if said.consent is not None:
        people.set_consent(org, contact, said.kind, granted=said.consent, source="api", now=now)
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
