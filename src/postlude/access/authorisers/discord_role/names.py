"""Who is meant by what somebody wrote into a form. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

_ID = re.compile(r"(?:<@!?)?(\d{17,20})>?")
_LEGACY = re.compile(r"(.+)#(\d{4})")


def user_id(answer: str) -> str | None:
    """Return the id, where the answer is one (or a mention, as the programs copy it)."""
    match = _ID.fullmatch(answer.strip())
    return match.group(1) if match else None


def user_name(answer: str) -> str:
    """Return the user name as Discord would search for it, without `@` and the old number."""
    return _split(answer)[0]


def _split(answer: str) -> tuple[str, str]:
    plain = unicodedata.normalize("NFKC", answer).strip().removeprefix("@").strip()
    match = _LEGACY.fullmatch(plain)
    return (match.group(1), match.group(2)) if match else (plain.removesuffix("#0"), "")


def meant(answer: str, members: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the ids of the members whose user name is exactly this one, capitals aside.

    Only the user name counts, which is unique at Discord: everybody may choose a display name, also
    that of somebody who has paid.
    """
    name, number = _split(answer)
    users = [member.get("user") or {} for member in members]
    return sorted(
        {
            str(user["id"])
            for user in users
            if str(user.get("username", "")).casefold() == name.casefold()
            and (not number or user.get("discriminator") in {number, "0", None})
            and user.get("id")
        }
    )
