"""Who is to be taken off a provider's list: by which address, and how a form names them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext as _

from postlude.access.types import Removal
from postlude.console.readings import people_rows
from postlude.kernel import clock, tokens
from postlude.kernel.errors import BadToken
from postlude.people import api as people
from postlude.people.types import Actor, PersonShown

_KIND = "removal"
_START = datetime(1970, 1, 1, tzinfo=UTC)
_DIGITS = 17  # microseconds until long after the year 4000


@dataclass(frozen=True, slots=True)
class Look:
    """Who looks at the addresses, by which right and why; clear ones leave an audit row."""

    actor: Actor
    permissions: Collection[str]
    purpose: str


_ANYBODY = Look(people_rows.LISTS, frozenset(), "list")


def titles(org: int, removals: Sequence[Removal], look: Look | None = None) -> dict[int, str]:
    """Return how to call each removal: the masked name, and the address that is on the list.

    After a change that is the address of before. Where it is not known, the contact's.
    """
    look, now = look or _ANYBODY, clock.now()
    known = people.show_addresses(
        org,
        [each.address for each in removals if each.address is not None],
        actor=look.actor,
        permissions=look.permissions,
        purpose=look.purpose,
        now=now,
    )
    others = people.show(
        org,
        {each.contact for each in removals if each.address not in known},
        actor=look.actor,
        permissions=look.permissions,
        purpose=look.purpose,
        now=now,
    )
    named = people_rows.masked(org, {each.contact for each in removals})
    found = {}
    for each in removals:
        email = known.get(each.address or 0) or _email(each, others.get(each.contact))
        person = named.get(each.contact)
        parts = [person.name if person else "", email]
        found[each.id] = " · ".join(filter(None, parts)) or _("Unnamed buyer")
    return found


def _email(removal: Removal, person: PersonShown | None) -> str:
    if person is None:
        return ""
    past = ", ".join(person.past_emails) if removal.former else ""
    return past or person.email or person.email_as_given


def token(removal: Removal) -> str:
    """Return what a form says of one: the row, and since when, for a row can be opened again."""
    since = (removal.since - _START) // timedelta(microseconds=1)
    return f"{tokens.seal(_KIND, removal.id)}.{since}"


def chosen(texts: Collection[str]) -> dict[int, datetime]:
    """Return the rows that a form names, each with its `since`; not what we did not make."""
    found: dict[int, datetime] = {}
    for text in texts:
        sealed, _dot, since = text.partition(".")
        if not (since.isascii() and since.isdecimal() and len(since) <= _DIGITS):
            continue
        try:
            found[tokens.unseal(_KIND, sealed)] = _START + timedelta(microseconds=int(since))
        except BadToken:
            continue
    return found
