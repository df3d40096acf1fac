"""What people answered in the form, for authorisers that know them by it."""

import unicodedata
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from postlude.access.authorisers.types import Asks
from postlude.access.models import Resource
from postlude.kernel import pseudonyms
from postlude.orders import api as orders
from postlude.people import api as people

# A webhook brings the sale and no form; the poll that follows brings it. After so long nobody will.
_FORM_WITHIN = timedelta(minutes=15)
_MARK = "access.answer"


def answers(
    resource: Resource, contacts: Iterable[int], authoriser: Asks, now: datetime
) -> dict[int, str | None]:
    """Return what each contact answered: "" for nothing, None while the form may still come.

    Of several tickets the one bought first says it: a later one may be for a friend.
    """
    org, question = resource.org_id, authoriser.question(resource.settings)
    tickets = orders.valid_tickets_of(org, sorted(set(contacts)), resource.conference)
    subjects = {
        contact: [orders.answers_subject(each.id) for each in held]
        for contact, held in tickets.items()
    }
    sheets = people.answers(org, [each for some in subjects.values() for each in some])
    fresh = {
        contact
        for contact, held in tickets.items()
        if any(each.first_seen_at > now - _FORM_WITHIN for each in held)
    }
    return {
        contact: _first(question, [sheets[each] for each in some if each in sheets])
        if any(each in sheets for each in some) or contact not in fresh
        else None
        for contact, some in subjects.items()
    }


def past_answers(resource: Resource, contacts: Collection[int], authoriser: Asks) -> dict[int, str]:
    """Return what each contact answered with any ticket of the conference, also a refunded one."""
    question, found = authoriser.question(resource.settings), {}
    for contact, held in orders.tickets_of(resource.org_id, sorted(set(contacts))).items():
        mine = [each for each in held if each.conference == resource.conference]
        sheets = people.answers(resource.org_id, [orders.answers_subject(each.id) for each in mine])
        found[contact] = _first(question, list(sheets.values()))
    return found


def _first(question: str, sheets: Sequence[Sequence[tuple[str, str]]]) -> str:
    said = (
        value.strip()
        for sheet in sheets
        for label, value in sheet
        if value.strip() and orders.matches(question, label)
    )
    return next(said, "")


def mark(org: int, answer: str | None) -> str:
    """Return the hash by which an answer is known again; "" for none."""
    return pseudonyms.pseudonym(org, _MARK, _plain(answer)) if answer else ""


def marks(org: int, answer: str) -> list[str]:
    """Return the hashes that this answer may have been kept as."""
    return pseudonyms.all_pseudonyms(org, _MARK, _plain(answer))


def _plain(answer: str) -> str:
    return unicodedata.normalize("NFKC", answer).strip().casefold()
