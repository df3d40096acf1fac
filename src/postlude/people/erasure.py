"""Forget a person: the id stays, empty, so that sums stay right; the values go, everywhere.

The wish is committed first, with the keyed hashes of the addresses, then each room's shredder
runs while the person is still known here, then our own values go. A crash in between is taken up
by `resume_erasures`. After a restore `replay_erasures` forgets again whom the backup remembers.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q

from postlude.kernel import boundaries, ids, pseudonyms, store
from postlude.people import audit
from postlude.people.aliases import canonical, family
from postlude.people.errors import UnknownContact
from postlude.people.lookup import EMAIL, identities
from postlude.people.models import (
    Address,
    AnswerSheet,
    Contact,
    Erasure,
    Identity,
    Joining,
    Label,
    LinkWord,
    Undeliverable,
    Visitor,
)
from postlude.people.reaching import KINDS
from postlude.people.suppressions import add_hashes
from postlude.people.types import Actor, Erased, ErasureRecord, Reason

Shredder = Callable[[int, int, datetime], int]
Hashes = list[tuple[str, str]]
_shredders: dict[str, Shredder] = {}
_SCAN = 1_000
REPLAY = Actor("system", "replay-erasures")
RESUME = Actor("system", "resume-erasures")


def register_shredder(name: str, shred: Shredder) -> None:
    """Let a room remove what it holds of a person: `shred(org, contact, now)` says how much.

    It must be safe to repeat, and quick: slow work is published as a work row. Only wiring calls
    this; a name registered again replaces the former.
    """
    _shredders[name] = shred


def erase(org: int, contact: int, *, actor: Actor, now: datetime) -> Erased:
    """Forget a person, under all their ids. Repeating it does no harm."""
    if not Contact.objects.filter(org=org, id=contact).exists():
        raise UnknownContact(contact=contact)
    head = canonical(org, [contact])[contact]
    _wish(org, head, now)
    boundaries.crossing("people.erasure_wished")
    return _finish(org, head, actor=actor, now=now)


def resume_erasures(now: datetime) -> int:
    """Finish what a crash interrupted; how many people that were.

    What cannot be finished is raised after the others had their turn.
    """
    open_ones = Erasure.objects.filter(done_at=None).order_by("id")
    waiting = list(open_ones.values_list("org_id", "contact_id"))
    trouble: Exception | None = None
    for org, contact in waiting:
        try:
            _finish(org, contact, actor=RESUME, now=now)
        except Exception as error:  # noqa: BLE001 - it is raised below
            trouble = error
    if trouble is not None:
        raise trouble
    return len(waiting)


def erased(org: int, contacts: Iterable[int]) -> set[int]:
    """Return which of these people were forgotten, or wished to be and it is under way."""
    heads = canonical(org, list(contacts))
    wished = Erasure.objects.filter(org=org, contact__in=set(heads.values()))
    gone = set(wished.values_list("contact_id", flat=True))
    empty = Contact.objects.filter(org=org, id__in=heads).exclude(erased_at=None)
    alone = set(empty.values_list("id", flat=True))
    return {contact for contact, head in heads.items() if head in gone or contact in alone}


def erasures_to_replay(org: int) -> list[ErasureRecord]:
    """All erasures of an organisation, to be kept outside the database and its backups."""
    rows = Erasure.objects.filter(org=org).order_by("id")
    return [
        ErasureRecord(row.contact_id, tuple((kind, each) for kind, each in row.hashes), row.at)
        for row in rows
    ]


def replay_erasures(org: int, records: Iterable[ErasureRecord], *, now: datetime) -> list[Erased]:
    """Forget again whom a restored backup remembers; those already forgotten are left alone.

    A person is found by contact id, and by the hashes of every address now known, since the
    sources may have brought them back under another id.
    """
    kept = list(records)
    hashes = {each for record in kept for _, each in record.hashes}
    wanted = {record.contact for record in kept} | _owners(org, hashes)
    alive = Contact.objects.filter(org=org, id__in=wanted, erased_at=None)
    again = [
        erase(org, contact, actor=REPLAY, now=now)
        for contact in sorted(alive.values_list("id", flat=True))
    ]
    with store.write():
        for record in kept:
            _keep_out(org, record)
    boundaries.crossing("people.erasures_replayed")
    return again


def _keep_out(org: int, record: ErasureRecord) -> None:
    """Keep the list whole, also for a person who came and went after the backup was made."""
    blank = ("id", "org_id", "name", "locale", "source", "first_seen_at", "erased_at")
    empty = (record.contact, org, "", "", "", record.at, record.at)
    store.insert_ignore(Contact, blank, [empty], conflict=("id",))
    hashes = [list(each) for each in record.hashes]
    row = (ids.new_id(), org, record.contact, hashes, record.at, record.at)
    columns = ("id", "org_id", "contact_id", "hashes", "at", "done_at")
    store.insert_ignore(Erasure, columns, [row], conflict=("org", "contact"))
    add_hashes(org, record.hashes, Reason.ERASURE, now=record.at, contact=record.contact)


def _wish(org: int, head: int, now: datetime) -> None:
    columns = ("id", "org_id", "contact_id", "hashes", "at")
    with store.write():
        hashes = _hashes(org, head)
        row = (ids.new_id(), org, head, [list(each) for each in hashes], now)
        store.insert_ignore(Erasure, columns, [row], conflict=("org", "contact"))
        add_hashes(org, hashes, Reason.ERASURE, now=now, contact=head)


def _hashes(org: int, head: int) -> Hashes:
    """Of all addresses a person has or had, but for those that are another person's by now."""
    rows = Address.objects.filter(org=org, contact__in=family(org, head))
    held = set(rows.values_list("kind", "value"))
    owners = {
        (kind, value): owner
        for kind in (EMAIL, *KINDS)
        for value, owner in identities(org, kind, [v for k, v in held if k == kind]).items()
    }
    return [
        (kind, pseudonyms.pseudonym(org, kind, value))
        for kind, value in sorted(held)
        if owners.get((kind, value), head) == head
    ]


def _finish(org: int, head: int, *, actor: Actor, now: datetime) -> Erased:
    everyone = family(org, head)
    shredded: dict[str, int] = {}
    for name, shred in sorted(_shredders.items()):
        shredded[name] = sum(shred(org, contact, now) for contact in everyone)
        boundaries.crossing("people.shredded")
    with store.write():
        shredded["people"] = sum(_forget(org, contact, now) for contact in everyone)
        Erasure.objects.filter(org=org, contact=head).update(done_at=now)
        audit.note(org, everyone, actor=actor, purpose="erase", fields=["all"], now=now)
    boundaries.crossing("people.erased")
    return Erased(head, shredded)


def _forget(org: int, contact: int, now: datetime) -> int:
    """References stay: they keep a source's next poll from bringing the person back.

    The contact's row goes first: whoever describes a person locks it, and then sees the erasure.
    """
    empty = Contact.objects.filter(org=org, id=contact)
    empty.filter(erased_at=None).update(erased_at=now)
    blank: dict[str, Any] = {
        "name": "",
        "locale": "",
        "level": None,
        "birthday": None,
        "zone": None,
    }
    gone = empty.exclude(**blank).update(**blank)
    found_by = Identity.objects.filter(org=org, contact=contact, kind__in=(EMAIL, *KINDS))
    gone += found_by.delete()[0]
    # What one contact had of another is a name or a birthday too.
    handed = Joining.objects.filter(org=org, handed__isnull=False)
    gone += handed.filter(Q(child=contact) | Q(parent=contact)).update(handed=None)
    # Without its visitor a browser is nobody's: what it did keeps a number that leads nowhere.
    for model in (Address, AnswerSheet, Undeliverable, Label, LinkWord, Visitor):
        gone += model.objects.filter(org=org, contact=contact).delete()[0]
    return gone


def _owners(org: int, hashes: set[str]) -> set[int]:
    """Who has an address with one of these hashes. Reads all of them: for after a restore."""
    found = set()
    rows = Address.objects.filter(org=org).values_list("contact_id", "kind", "value")
    for contact, kind, value in rows.iterator(chunk_size=_SCAN):
        if hashes.intersection(pseudonyms.all_pseudonyms(org, kind, value)):
            found.add(contact)
    return found
