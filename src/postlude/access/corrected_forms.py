"""Forms have come or were corrected: who waits is asked for again, who is in as another moves."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from postlude.access import asking, events, removals, retrying
from postlude.access.authorisers import registry
from postlude.access.authorisers.types import Asks
from postlude.access.models import Grant, Resource
from postlude.access.types import ByHand, State
from postlude.kernel import boundaries, clock, store, wakeup
from postlude.kernel.work import WorkBatch
from postlude.orders import api as orders


def on_answers(batch: WorkBatch) -> None:
    """Ask again for whom the forms may tell us more about, and move who is somebody else now."""
    asking_kinds = Resource.objects.filter(org=batch.org, active=True, kind__in=registry.asking())
    resources = list(asking_kinds.order_by("id"))
    contacts = _answered(batch) if resources else {}
    now = clock.now()
    with store.write():
        for resource in resources:
            for chunk in store.chunks(sorted(contacts.get(resource.conference, ())), 500):
                _wake(resource, chunk, now)
                _move(resource, chunk, now)
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


def _wake(resource: Resource, contacts: Sequence[int], now: datetime) -> None:
    mine = Grant.objects.filter(
        org=resource.org_id, resource=resource, contact__in=contacts, state=State.PENDING
    )
    mine.filter(by_hand="").update(due=now)
    wrong = list(mine.filter(by_hand=ByHand.UNMATCHED).values_list("id", "contact"))
    retrying.again(resource.org_id, wrong, now=now, actor="", why="the form says something else")
    wakeup.nudge()


def _move(resource: Resource, contacts: Sequence[int], now: datetime) -> None:
    """Whoever the vendor let in under another answer is put out there, and let in anew.

    An answer that went away says nothing (a question may have been taken out of the form), and
    whom a person let in a person moves.
    """
    authoriser = registry.of(resource.kind, resource=resource.key)
    if registry.dismisser(resource.kind) is None or not isinstance(authoriser, Asks):
        return
    said = asking.answers(resource, contacts, authoriser, now)
    rows = Grant.objects.select_for_update(of=("self",)).filter(
        org=resource.org_id, resource=resource, contact__in=contacts, state=State.GRANTED
    )
    inside = rows.filter(done_by="").exclude(answer_mark="").select_related("resource")
    moved = [row for row in inside.order_by("id") if _differs(row, said.get(row.contact))]
    removals.list_for_removal(resource.org_id, moved, now=now, moved=True)
    Grant.objects.filter(id__in=[row.id for row in moved]).update(
        state=State.PENDING, outside=None, outside_mark="", answer_mark="", attempts=0, due=now
    )
    pairs = [(row.id, row.contact) for row in moved]
    events.note(resource.org_id, pairs, "moved", now=now, words="the form says something else")


def _differs(grant: Grant, answer: str | None) -> bool:
    return bool(answer) and grant.answer_mark not in asking.marks(grant.org_id, answer or "")
