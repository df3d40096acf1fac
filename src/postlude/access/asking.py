"""What people answered in the form, for authorisers that know them by it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from postlude.access import retrying
from postlude.access.authorisers import registry
from postlude.access.authorisers.types import Asks
from postlude.access.models import Grant, Resource
from postlude.access.types import ByHand, State
from postlude.kernel import boundaries, clock, store, wakeup
from postlude.kernel.work import WorkBatch
from postlude.orders import api as orders
from postlude.people import api as people

# A webhook brings the sale and no form; the poll that follows brings it. After so long nobody will.
_FORM_WITHIN = timedelta(minutes=15)


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


def on_answers(batch: WorkBatch) -> None:
    """Forms have come or were corrected: ask again for whom they may tell us more about."""
    asking = Resource.objects.filter(org=batch.org, active=True, kind__in=registry.asking())
    resources = dict(asking.values_list("id", "conference"))
    contacts = _answered(batch) if resources else {}
    with store.write():
        for resource, conference in resources.items():
            for chunk in store.chunks(sorted(contacts.get(conference, ())), 500):
                _wake(batch.org, resource, chunk)
        batch.finish()
    boundaries.crossing("access.answers_heard")


def _answered(batch: WorkBatch) -> dict[int, set[int]]:
    """Return the contacts of the forms, by conference."""
    found: dict[int, set[int]] = defaultdict(set)
    named = [
        key.removeprefix(orders.ANSWERS) for key in batch.keys if key.startswith(orders.ANSWERS)
    ]
    for ticket in orders.tickets(batch.org, [int(each) for each in named]).values():
        if ticket.contact is not None:
            found[ticket.conference].add(ticket.contact)
    return found


def _wake(org: int, resource: int, contacts: Sequence[int]) -> None:
    now = clock.now()
    mine = Grant.objects.filter(
        org=org, resource=resource, contact__in=contacts, state=State.PENDING
    )
    mine.filter(by_hand="").update(due=now)
    wrong = list(mine.filter(by_hand=ByHand.UNMATCHED).values_list("id", "contact"))
    retrying.again(org, wrong, now=now, actor="", why="the form says something else")
    wakeup.nudge()
