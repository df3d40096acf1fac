"""Who waits for a person to let them in, as the page shows it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from postlude.access import api as access
from postlude.access.types import ManualQueue, QueueEntry
from postlude.console.readings import people_rows
from postlude.kernel import tokens
from postlude.kernel.errors import BadToken
from postlude.orders import api as orders
from postlude.orgs.types import OrgRef
from postlude.people import api as people
from postlude.people.types import Actor, PersonShown

# As many as somebody pastes into a form at once; the rest follow when these are done.
_MOST = 500
_KIND = "grant"


@dataclass(frozen=True, slots=True)
class Waiting:
    """One person of a queue. `token` names the grant and the address that is shown."""

    token: str
    name: str
    email: str
    since: datetime
    words: str
    href: str


@dataclass(frozen=True, slots=True)
class Queue:
    """The people for one resource; `emails` only where they were revealed."""

    token: str
    title: str
    conference: str
    count: int
    since: datetime
    refused: bool
    words: str
    stands_in: bool
    rows: tuple[Waiting, ...]
    emails: tuple[str, ...]

    @property
    def more(self) -> int:
        return self.count - len(self.rows)


@dataclass(frozen=True, slots=True)
class Reveal:
    """Whose clear values are asked for, by whom, why."""

    queue: str
    actor: Actor
    permissions: Collection[str]
    purpose: str
    now: datetime


def queues(org: OrgRef, reveal: Reveal | None = None) -> tuple[Queue, ...]:
    """Return every queue, masked but for the one to reveal."""
    names = {each.id: each.name for each in orders.conferences(org.id)}
    return tuple(
        _shown(org, each, names.get(each.conference, ""), reveal)
        for each in access.manual_queue(org.id, limit=_MOST)
    )


def _shown(org: OrgRef, queue: ManualQueue, conference: str, reveal: Reveal | None) -> Queue:
    token = place(queue)
    contacts = {entry.contact for entry in queue.entries}
    if reveal is not None and reveal.queue == token:
        shown = people.show(
            org.id,
            contacts,
            actor=reveal.actor,
            permissions=reveal.permissions,
            purpose=reveal.purpose,
            now=reveal.now,
        )
    else:
        shown = people_rows.masked(org.id, contacts)
    rows = tuple(_row(org, entry, shown.get(entry.contact)) for entry in queue.entries)
    return Queue(
        token,
        queue.title,
        conference,
        queue.count,
        queue.since,
        queue.refused,
        queue.words,
        stands_in=queue.kind != "manual",
        rows=rows,
        emails=_emails(queue, shown),
    )


def _row(org: OrgRef, entry: QueueEntry, person: PersonShown | None) -> Waiting:
    contact = tokens.seal("contact", entry.contact)
    return Waiting(
        f"{tokens.seal(_KIND, entry.grant)}.{entry.edition}",
        people_rows.called(person),
        person.email if person else "",
        entry.since,
        entry.words,
        reverse("console:buyer", args=[org.slug, contact]),
    )


def _emails(queue: ManualQueue, shown: dict[int, PersonShown]) -> tuple[str, ...]:
    clear = [shown[entry.contact] for entry in queue.entries if entry.contact in shown]
    return tuple(dict.fromkeys(each.email for each in clear if each.email and not each.masked))


def place(queue: ManualQueue) -> str:
    """Return the name of a queue in a form."""
    return f"{queue.conference}.{queue.resource}"


def chosen(texts: Collection[str]) -> dict[int, int]:
    """Return the grants and the editions that a form names; what we did not make is left out."""
    found: dict[int, int] = {}
    for text in texts:
        token, _, edition = text.partition(".")
        try:
            grant = tokens.unseal(_KIND, token)
        except BadToken:
            continue
        if edition.isdecimal() and len(edition) < 6:  # noqa: PLR2004 - no address changes so often
            found[grant] = int(edition)
    return found
