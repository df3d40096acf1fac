"""Under which keys this API writes in the rooms below, and what its callers call them.

Other rooms write under keys of their own (a card's money, what an order gives); nobody outside can
take one of those, nor name it.
"""

import re

_OUTSIDE = re.compile(r"api/(?:order|points|card/\d+)/([^/]*)(?:/[a-z]+)?")


def order(key: str) -> str:
    return f"api/order/{key}"


def points(key: str, part: str = "") -> str:
    """Return the ledger's key of a request; `part` tells apart what settles a hold."""
    return f"api/points/{key}/{part}" if part else f"api/points/{key}"


def card(card: int, key: str, part: str = "") -> str:
    """Return the ledger's key of something done with a card; a hold of another card has another."""
    return f"api/card/{card}/{key}/{part}" if part else f"api/card/{card}/{key}"


def outside(key: str) -> str:
    """Return what the caller calls a key; "" for one that is not from here."""
    found = _OUTSIDE.fullmatch(key)
    return found[1] if found else ""


def without(text: str) -> str:
    """Return a text in which our own keys are as the caller knows them."""
    return _OUTSIDE.sub(r"\1", text)
