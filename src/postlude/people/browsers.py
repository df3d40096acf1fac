"""Whose browser it is: which visitor a hit belongs to. Pure.

A cookie may have several visitors (a shared computer), one for each member who logged in. A hit
without a member goes to the one seen last; where the organisation wants it so, not to one whose
member has said goodbye before.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

# Programs write these where they mean nobody; one visitor for all of them would be a false person.
_NOBODY = frozenset(
    "null none nil undefined nan anonymous guest unknown true false -1 n/a user".split()
) | {"[object object]", "(null)", "(none)"}
_CID = re.compile(r"[A-Za-z0-9_-]{16,64}")
_MEMBER_MAX = 64


@dataclass(slots=True)
class Held:
    """A visitor in hand; `headless`: its contact is a placeholder; `left_at`: its member logged
    out then, and has not been back since.
    """

    id: int
    member: str
    contact: int | None
    last_seen_at: datetime
    headless: bool = False
    left_at: datetime | None = None

    def has_left(self, at: datetime) -> bool:
        """Say whether its member had logged out by an instant."""
        return bool(self.member) and self.left_at is not None and self.left_at <= at


def is_cid(text: str) -> bool:
    """Say whether a text can be the id of a browser: 16 to 64 letters, not all the same."""
    return bool(_CID.fullmatch(text)) and len(set(text) - {"-"}) > 1


def is_member(text: str) -> bool:
    """Say whether a text can be a member's number, and not a program's word for nobody."""
    if not 0 < len(text) <= _MEMBER_MAX or text != text.strip() or not text.isprintable():
        return False
    return text.lower() not in _NOBODY and not set(text) <= {"0", "-"}


def choose(
    held: Collection[Held], member: str, *, unless_left: datetime | None = None
) -> Held | None:
    """Return the visitor of one browser that a hit is of; None: there has to be a new one.

    With a member: the one of this member, else one that is nobody's yet, or a placeholder's, and
    will be this member's: nobody's before a placeholder's, then the latest, then the oldest id.
    Without: the latest; with `unless_left` of those whose member had not logged out by then.
    """
    if not member:
        if unless_left is not None:
            held = [each for each in held if not each.has_left(unless_left)]
        return next(iter(held), None) if len(held) < 2 else min(held, key=_latest)  # noqa: PLR2004
    for each in held:
        if each.member == member:
            return each
    free = [each for each in held if each.contact is None or each.headless]
    return min(free, key=lambda each: (each.contact is not None, *_latest(each)), default=None)


def _latest(held: Held) -> tuple[float, int]:
    return -held.last_seen_at.timestamp(), held.id
