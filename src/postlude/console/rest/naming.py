"""How things are named over the wire: opaque tokens, and contacts by what a till knows of them."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from postlude.console.rest.errors import UnknownContact
from postlude.console.rest.strict import Strict
from postlude.kernel import tokens
from postlude.kernel.errors import AppError, BadAddress, BadToken
from postlude.people import api as people
from postlude.rewards.errors import UnknownCard

CONTACT, CARD = "contact", "gift-card-id"


class ByEmail(Strict):
    email: Annotated[str, Field(strict=True, min_length=3, max_length=320)]


class ByPhone(Strict):
    phone: Annotated[str, Field(strict=True, min_length=3, max_length=40)]


class ByNumber(Strict):
    number: Annotated[str, Field(strict=True, min_length=1, max_length=64)]


Name = str | ByEmail | ByPhone | ByNumber
ContactName = Annotated[
    Annotated[str, Field(strict=True, min_length=22, max_length=22)] | ByEmail | ByPhone | ByNumber,
    Field(
        description="The id that this API gave you, or an object with an e-mail, a phone, or the "
        "number that you gave the customer."
    ),
]


def contact(org: int, name: Name) -> int:
    """Return the contact of this organisation with this name.

    Raises UnknownContact, and BadAddress for what cannot be a phone.
    """
    found = contacts(org, [name])[0]
    if isinstance(found, int):
        return found
    raise found or UnknownContact


def contacts(org: int, names: Sequence[Name | None]) -> list[int | AppError | None]:
    """Return each contact, or why there is none; None for None."""
    by_number, by_phone = people.find_customers(
        org,
        numbers={each.number for each in names if isinstance(each, ByNumber)},
        phones={each.phone for each in names if isinstance(each, ByPhone)},
    )
    found: list[int | AppError | None] = []
    for name in names:
        match name:
            case None:
                found.append(None)
            case ByNumber():
                found.append(by_number.get(name.number) or UnknownContact())
            case ByPhone():
                found.append(by_phone.get(name.phone) or _no_phone(org, name.phone))
            case ByEmail():
                found.append(people.find(org, name.email) or UnknownContact())
            case _:
                found.append(_unsealed(name))
    here = people.standings(org, [each for each in found if isinstance(each, int)])
    return [
        UnknownContact() if isinstance(each, int) and each not in here else each for each in found
    ]


def _no_phone(org: int, raw: str) -> AppError:
    try:
        people.check_phone(org, raw)
    except BadAddress as bad:
        return bad
    return UnknownContact()


def _unsealed(token: str) -> int | AppError:
    try:
        return tokens.unseal(CONTACT, token)
    except BadToken:
        return UnknownContact()


def contact_token(contact: int | None) -> str | None:
    return None if contact is None else tokens.seal(CONTACT, contact)


def card(token: str) -> int:
    """Return the id behind a card's token; whose it is, is looked at by whoever reads the card."""
    try:
        return tokens.unseal(CARD, token)
    except BadToken:
        raise UnknownCard from None


def card_token(card: int) -> str:
    return tokens.seal(CARD, card)
