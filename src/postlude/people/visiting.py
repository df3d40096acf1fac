"""Visitors: which browser a hit came from, and whose browser that is."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from django.db import IntegrityError

from postlude.kernel import boundaries, ids, store, work
from postlude.orgs import api as orgs
from postlude.people.aliases import CHUNK, canonical
from postlude.people.browsers import Held, choose
from postlude.people.customers import find_customers, upsert_customers
from postlude.people.models import Contact, Visitor
from postlude.people.recognition import TRIES, StillContended
from postlude.people.types import Actor, CustomerSeen, Visit, Visited

# The table need not know to the second when a browser was here; who was last, it must.
_FRESH = timedelta(seconds=30)
_MOMENT = timedelta(0)
_NO_NEWS = (None, "")
# It is known whose a visitor is that was nobody's, or a placeholder's, before (keys: visitors).
KNOWN = "visitor.known"
_BEACON = Actor("system", "beacon")
_COLUMNS = (
    *("id", "org_id", "cid", "member", "contact_id", "first_seen_at", "last_seen_at"),
    *("last_source", "google_id", "facebook_id", "country", "scid"),
)


class _Overtaken(Exception):
    """Somebody else has taken one of these visitors meanwhile."""


def visit_many(org: int, visits: Sequence[Visit], *, now: datetime) -> list[Visited]:
    """Return which visitor each visit is of and whom that leads to, in order; new ones are made.

    Joins the caller's transaction. Two first visits of one browser at once are one visitor. Who
    logs in is known from then on: the visitor, with all that it ever did, is the member's, and
    `visitor.known` is published in the same commit (keys: visitors). The
    contact is the one who speaks for the person now; None: nobody has logged in.
    """
    members = _members(org, {each.member for each in visits if each.member}, now)
    for _ in range(TRIES):
        try:
            with store.write():
                found = _visit(org, visits, members, now)
        except (_Overtaken, IntegrityError):
            continue
        boundaries.crossing("people.visitors_kept")
        return found
    raise StillContended


def contacts_of_visitors(org: int, visitors: Collection[int]) -> dict[int, int | None]:
    """Return who each visitor is now; None: nobody known."""
    found: dict[int, int | None] = {}
    for part in store.chunks(sorted(set(visitors)), CHUNK):
        rows = store.rows_sql(
            "SELECT id, contact_id FROM people_visitor "  # noqa: S608 - our own SQL
            f"WHERE org_id = %s AND id IN ({store.marks(part)})",
            [org, *part],
        )
        found.update((visitor, contact) for visitor, contact in rows)
    heads = canonical(org, [each for each in found.values() if each is not None])
    return {each: heads.get(contact or 0) for each, contact in found.items()}


def _members(org: int, numbers: Collection[str], now: datetime) -> dict[str, int]:
    """Return the contact of each member's number; who is not known yet is made."""
    if not numbers:
        return {}
    known, _ = find_customers(org, numbers=numbers)
    strange = sorted(set(numbers) - known.keys())
    known = _living(org, known)
    kept = upsert_customers(
        org, [CustomerSeen(number=each) for each in strange], actor=_BEACON, now=now
    )
    made = {
        number: each.contact
        for number, each in zip(strange, kept, strict=True)
        if each.contact is not None and each.problem is None
    }
    return known | made


def known_members(org: int, numbers: Collection[str]) -> dict[str, int]:
    """Return the contacts of members by their numbers; nobody is made, the forgotten left out."""
    return _living(org, find_customers(org, numbers=numbers)[0]) if numbers else {}


def _living(org: int, known: Mapping[str, int]) -> dict[str, int]:
    """Leave out who asked to be forgotten: their number stays, and leads to nobody any more."""
    gone = set(
        Contact.objects.filter(
            org=org, id__in=set(known.values()), erased_at__isnull=False
        ).values_list("id", flat=True)
    )
    return {number: contact for number, contact in known.items() if contact not in gone}


def _visit(
    org: int, visits: Sequence[Visit], members: Mapping[str, int], now: datetime
) -> list[Visited]:
    cids = sorted({each.cid for each in visits})
    held = _held(org, cids)
    fresh = _add(org, visits, [cid for cid in cids if cid not in held], now)
    if fresh:
        held |= _held(org, sorted(fresh))
    parts = any(each.left_at for one in held.values() for each in one.values()) or any(
        each.logged_out for each in visits
    )
    anew = parts and orgs.identity(org).anonymous_after_logout
    stored = {each.id: each.last_seen_at for one in held.values() for each in one.values()}
    news: dict[int, tuple[datetime, str]] = {}
    taken: list[tuple[str, int]] = []
    for visit in visits:
        browser = held[visit.cid]
        member = visit.member if visit.member in members else ""
        each = choose(browser.values(), member, unless_left=visit.at if anew else None)
        if each is None:
            each = _another(org, visit, member, members.get(member), now)
            browser[each.id], stored[each.id] = each, each.last_seen_at
        elif member and each.member != member:
            _take_over(org, each, member, members[member])
        _say_goodbye(org, each, visit, member)
        each.last_seen_at = seen = max(each.last_seen_at, visit.at)
        news[each.id] = (seen, visit.source or news.get(each.id, _NO_NEWS)[1])
        taken.append((visit.cid, each.id))
    _drop(org, [number for number in fresh.values() if number not in news])
    _touch(news, held, stored)
    heads = canonical(
        org, {one.contact for each in held.values() for one in each.values() if one.contact}
    )
    return [Visited(visitor, heads.get(held[cid][visitor].contact or 0)) for cid, visitor in taken]


def _held(org: int, cids: Sequence[str]) -> dict[str, dict[int, Held]]:
    found: dict[str, dict[int, Held]] = defaultdict(dict)
    for part in store.chunks(cids, CHUNK):
        rows = store.rows_sql(
            "SELECT v.cid, v.id, v.member, v.contact_id, v.last_seen_at, "  # noqa: S608 - our own SQL
            "v.contact_id IS NOT NULL AND EXISTS (SELECT 1 FROM people_placeholder p "
            "WHERE p.org_id = v.org_id AND p.contact_id = COALESCE((SELECT a.parent_id "
            "FROM people_alias a WHERE a.org_id = v.org_id AND a.child_id = v.contact_id), "
            "v.contact_id)), v.left_at "
            f"FROM people_visitor v WHERE v.org_id = %s AND v.cid IN ({store.marks(part)})",
            [org, *part],
        )
        for cid, number, member, contact, seen, headless, left in rows:
            times = store.known_instant(seen), bool(headless), store.instant(left)
            found[cid][number] = Held(number, member, contact, *times)
    return dict(found)


def _add(org: int, visits: Sequence[Visit], cids: Collection[str], now: datetime) -> dict[str, int]:
    """Make a visitor, nobody's yet, for each new browser; return theirs, or -1: another was first.

    In the order of the browsers, so that two who add the same never wait for each other.
    """
    first = {each.cid: each for each in reversed(visits)}
    new = dict(zip(cids, ids.new_ids(len(cids)), strict=True))
    rows = [_row(number, org, first[cid], "", None, now) for cid, number in new.items()]
    mine = set(store.insert_ignore(Visitor, _COLUMNS, rows, conflict=("org", "cid", "member")))
    return {cid: number if number in mine else -1 for cid, number in new.items()}


def _another(org: int, visit: Visit, member: str, contact: int | None, now: datetime) -> Held:
    """Make one more visitor of a browser: for another member, or for nobody after a goodbye."""
    number = ids.new_id()
    row = _row(number, org, visit, member, contact, now)
    if not store.insert_ignore(Visitor, _COLUMNS, [row], conflict=("org", "cid", "member")):
        raise _Overtaken
    return Held(number, member, contact, visit.at)


def _say_goodbye(org: int, held: Held, visit: Visit, member: str) -> None:
    """Write down that a member logged out, or came back. What is told late changes nothing."""
    if visit.at < held.last_seen_at:
        return
    left_at = held.left_at
    if visit.logged_out:
        left_at = visit.at
    elif member:
        left_at = None
    if left_at != held.left_at:
        Visitor.objects.filter(org=org, id=held.id).update(left_at=left_at)
        held.left_at = left_at


def _take_over(org: int, held: Held, member: str, contact: int) -> None:
    """Let a visitor who was nobody's, or a placeholder's, be this member's."""
    rows = Visitor.objects.filter(org=org, id=held.id, member=held.member)
    if not rows.update(member=member, contact_id=contact):
        raise _Overtaken
    held.member, held.contact, held.headless = member, contact, False
    work.publish(KNOWN, org, [held.id])


def _drop(org: int, numbers: Sequence[int]) -> None:
    """Take back visitors that were made in vain: another member's was made at the same moment."""
    vain = [each for each in numbers if each > 0]
    if vain:
        Visitor.objects.filter(org=org, id__in=vain, contact__isnull=True).delete()


def _touch(
    news: Mapping[int, tuple[datetime, str]],
    held: Mapping[str, Mapping[int, Held]],
    stored: Mapping[int, datetime],
) -> None:
    """Write down when visitors were here, where the table would otherwise be wrong by much."""
    shared = {each for browser in held.values() if len(browser) > 1 for each in browser}
    due = [
        (visitor, at, source)
        for visitor, (at, source) in sorted(news.items())
        if source or at > stored[visitor] + (_MOMENT if visitor in shared else _FRESH)
    ]
    for part in store.chunks(due, CHUNK):
        marks = ", ".join(["(%s, %s, %s)"] * len(part))
        store.execute(
            "UPDATE people_visitor SET last_source = "  # noqa: S608 - our own SQL
            "CASE WHEN v.column3 = '' THEN last_source ELSE v.column3 END, last_seen_at = "
            "CASE WHEN v.column2 > last_seen_at THEN v.column2 ELSE last_seen_at END "
            f"FROM (VALUES {marks}) AS v WHERE people_visitor.id = v.column1",
            [value for row in part for value in row],
        )


def _row(  # noqa: PLR0913, PLR0917 - the columns
    number: int, org: int, visit: Visit, member: str, contact: int | None, now: datetime
) -> tuple[object, ...]:
    at = min(visit.at, now).astimezone(UTC)
    return (
        *(number, org, visit.cid, member, contact, at, at),
        *(visit.source, visit.google_id, visit.facebook_id, visit.country, visit.scid),
    )
