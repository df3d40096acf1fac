"""Customers as a shop's own programs know them: kept up to date, found, shown masked.

Keeping says how somebody is, so repeating it does no harm and needs no key of its own.
"""

import re
from calendar import monthrange
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from postlude.console.rest import keys, naming
from postlude.console.rest.errors import NotKept
from postlude.console.rest.naming import ContactName
from postlude.console.rest.shapes import ErrorBody
from postlude.console.rest.strict import Strict
from postlude.kernel import clock
from postlude.kernel.errors import AppError
from postlude.orgs.api import Permission
from postlude.people import api as people
from postlude.people.types import CustomerKept, CustomerSeen

router = Router(tags=["contacts"])
_CHANGE = keys.Key(Permission.CHANGE_CONTACT)
_MOST = 500
_BIRTHDAY = re.compile(r"(?:[0-9]{4}-)?([0-9]{2})-([0-9]{2})")
_LEAP_YEAR = 2024
_MONTHS = 12


def _birthday(value: Any) -> Any:
    found = _BIRTHDAY.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise PydanticCustomError("not_a_birthday", "not a birthday")
    month, day = int(found[1]), int(found[2])
    if not 1 <= month <= _MONTHS or not 1 <= day <= monthrange(_LEAP_YEAR, month)[1]:
        raise PydanticCustomError("not_a_birthday", "not a birthday")
    return value


def _zone(value: Any) -> Any:
    if not isinstance(value, str) or not people.is_zone(value):
        raise PydanticCustomError("not_a_zone", "not a zone")
    return value


Number = Annotated[str, Field(strict=True, pattern=r"^[A-Za-z0-9._:-]{1,64}$", examples=["C-1001"])]
Phone = Annotated[str, Field(strict=True, max_length=40, examples=["+7 916 123-45-67"])]
Email = Annotated[str, Field(strict=True, max_length=320)]
Birthday = Annotated[str, BeforeValidator(_birthday), Field(examples=["1990-05-17"])]
Zone = Annotated[str, BeforeValidator(_zone), Field(examples=["Asia/Vladivostok"])]
Locale = Annotated[str, Field(strict=True, pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]


Answers = dict[Literal["sms", "email", "push", "line", "crescendo_line", "messenger"], bool]


class CustomerIn(Strict):
    """What is not given stays as it is; of a birthday month and day are kept.

    `consents` say yes or no to marketing, for each channel that was asked about. `zone` is an IANA
    zone, by whose clocks their quiet hours are.
    """

    number: Number | None = None
    phone: Phone | None = None
    email: Email | None = None
    name: Annotated[str, Field(strict=True, max_length=300)] | None = None
    birthday: Birthday | None = None
    locale: Locale | None = None
    zone: Zone | None = None
    consents: Annotated[Answers, Field(strict=True, examples=[{"sms": True}])] | None = None

    def seen(self) -> CustomerSeen:
        day = None
        if self.birthday is not None:
            day = (int(self.birthday[-5:-3]), int(self.birthday[-2:]))
        number, locale = self.number or "", self.locale or ""
        consents = tuple(sorted((self.consents or {}).items()))
        return CustomerSeen(
            number, self.phone, self.email, self.name, day, locale, consents, self.zone or ""
        )


class CustomersIn(Strict):
    contacts: Annotated[list[CustomerIn], Field(min_length=1, max_length=_MOST)]


class FindIn(Strict):
    contact: ContactName


class KeptOut(Schema):
    """`taken`: what is another customer's and was not given to this one (phone, email)."""

    id: str
    created: bool
    taken: list[str]


class KeptItemOut(Schema):
    """Who it is, or why nothing was kept."""

    id: str | None
    created: bool
    taken: list[str]
    error: ErrorBody | None


class KeptItemsOut(Schema):
    items: list[KeptItemOut]


class ContactOut(Schema):
    """Masked, unless the key may see and says why."""

    id: str
    name: str
    email: str
    phone: str
    masked: bool
    has_birthday: bool


@router.post("", auth=_CHANGE, response=KeptOut, summary="Keep what is known of a customer")
def keep(request: HttpRequest, said: CustomerIn) -> dict[str, Any]:
    """Found by the number, else by the phone, else by the e-mail; else a new contact."""
    (kept,) = _keep(request, [said])
    if kept.problem is not None:
        raise _refused(kept)
    return _kept(kept)


@router.post("/batch", auth=_CHANGE, response=KeptItemsOut, summary="Up to 500 customers at once")
def keep_many(request: HttpRequest, said: CustomersIn) -> dict[str, Any]:
    """What is refused is told of each, and the others are kept."""
    return {"items": [_item(each) for each in _keep(request, said.contacts)]}


@router.post("/find", auth=_CHANGE, response=ContactOut, summary="Find a customer")
def find(request: HttpRequest, said: FindIn) -> dict[str, Any]:
    """A POST, so that no phone and no address gets into a log."""
    return _shown(request, naming.contact(keys.org_of(request), said.contact))


@router.get("/{token}", auth=_CHANGE, response=ContactOut, summary="A contact")
def show(request: HttpRequest, token: str) -> dict[str, Any]:
    """With the scope people.view_contact and the header X-Purpose the values are clear."""
    return _shown(request, naming.contact(keys.org_of(request), token))


def _keep(request: HttpRequest, said: list[CustomerIn]) -> list[CustomerKept]:
    key = keys.key_of(request)
    seen = [each.seen() for each in said]
    return people.upsert_customers(key.org, seen, actor=keys.actor(key), now=clock.now())


def _refused(kept: CustomerKept) -> AppError:
    if kept.problem is None:
        raise TypeError("nothing was refused")
    problem, place = kept.problem, f"/{kept.wrong}"
    refused = NotKept(problem.message, hint=problem.hint, **{place: problem.code})
    refused.http_status = 409 if kept.problem.code == "erased" else 400
    return refused


def _kept(kept: CustomerKept) -> dict[str, Any]:
    token = naming.contact_token(kept.contact)
    return {"id": token, "created": kept.created, "taken": list(kept.taken)}


def _item(kept: CustomerKept) -> dict[str, Any]:
    if kept.problem is None:
        return _kept(kept) | {"error": None}
    error = _refused(kept).as_json()["error"]
    return {"id": None, "created": False, "taken": [], "error": error}


def _shown(request: HttpRequest, contact: int) -> dict[str, Any]:
    key, purpose = keys.key_of(request), keys.purpose(request)
    shown = people.show(
        key.org,
        [contact],
        actor=keys.actor(key),
        permissions=key.scopes if purpose else frozenset(),
        purpose=purpose or "api",
        now=clock.now(),
    )[contact]
    standing = people.standings(key.org, [contact])[contact]
    return {
        "id": naming.contact_token(contact),
        "name": shown.name,
        "email": shown.email,
        "phone": shown.phone,
        "masked": shown.masked,
        "has_birthday": standing.birthday is not None,
    }
