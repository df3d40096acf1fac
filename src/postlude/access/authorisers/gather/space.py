"""How Gather names a space, and what its answers mean. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

HOST = "https://app.gather.town"


def space_id(text: str) -> str:
    """Return the API's name of a space (one backslash) from that, `id/Name` or its address."""
    path = text.strip().split("/app/", 1)[-1] if "://" in text else text.strip()
    return path.strip("/").replace("/", "\\", 1)


def web_address(space: str) -> str:
    """Return where people enter the space; there is no personal address."""
    number, _, name = space_id(space).partition("\\")
    return f"{HOST}/app/{quote(number)}/{quote(name)}"


def missing_from(reply: Any, emails: Iterable[str]) -> set[str]:
    """Return who is not on the list that Gather answered with.

    The answer of a set call is not documented: clients have seen the whole guest list, and
    others a mere success. Only a list that holds somebody can be said to lack somebody.
    """
    listed = reply.get("guestlist", reply) if isinstance(reply, Mapping) else {}
    if not isinstance(listed, Mapping):
        return set()
    names = {str(name).strip().casefold() for name in listed if "@" in str(name)}
    return {email for email in emails if names and email.casefold() not in names}
