"""How things are named over the wire: by opaque tokens, and contacts by an e-mail in the body."""

from typing import Annotated

from pydantic import Field

from postlude.console.rest.errors import UnknownContact
from postlude.console.rest.strict import Strict
from postlude.kernel import tokens
from postlude.kernel.errors import BadToken
from postlude.people import api as people
from postlude.rewards.errors import UnknownCard

CONTACT, CARD = "contact", "gift-card-id"


class ByEmail(Strict):
    email: Annotated[str, Field(strict=True, min_length=3, max_length=320)]


ContactName = Annotated[
    Annotated[str, Field(strict=True, min_length=22, max_length=22)] | ByEmail,
    Field(description="The id that this API gave you, or an object with an e-mail."),
]


def contact(org: int, name: str | ByEmail) -> int:
    """Return the contact of this organisation with this name. Raises UnknownContact."""
    if isinstance(name, ByEmail):
        found = people.find(org, name.email)
    else:
        try:
            found = tokens.unseal(CONTACT, name)
        except BadToken:
            raise UnknownContact from None
    if found is None or found not in people.standings(org, [found]):
        raise UnknownContact
    return found


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
