"""The people of an announcement: screened, told to Klaviyo in bulk, looked at once more."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from postlude.channels.errors import Wait
from postlude.channels.klaviyo import shapes
from postlude.channels.klaviyo.events import contact_of
from postlude.channels.klaviyo.vendor import Vendor
from postlude.messages import api as messages
from postlude.messages.types import DispatchFact, Klass, Outcome
from postlude.orgs import api as orgs

CHUNK = 2_000  # a lease covers screening, rendering and one call for so many
_ONE_BY_ONE = 25
_AT_ONCE = 1_000  # of a list's members in one call
_ENDED = frozenset({"cancelled", "failed"})


def heed_quiet_hours(it: DispatchFact, now: datetime) -> None:
    """An announcement is one sending: in quiet hours all of it waits."""
    if it.klass is Klass.TRANSACTIONAL:
        return
    until = orgs.quiet_until(it.org, max(now, it.send_at or now))
    if until is not None and until > now:
        raise Wait(until, "quiet hours")


def import_some(vendor: Vendor, it: DispatchFact, *, now: datetime) -> DispatchFact | None:
    """Tell Klaviyo of the next people; None when there are no more.

    Repeating it after a crash changes nothing: an import is an upsert.
    """
    taken = messages.take_members(it, after=it.vendor.get("imported_to", 0), limit=CHUNK)
    if not taken:
        return None
    filled, failures = messages.fill_pieces(messages.screen_members(it, taken, now=now))
    people = []
    for each in filled:
        person = shapes.profile(it.id, each)
        if len(str(person).encode()) > shapes.MOST_PROFILE_BYTES:
            words = "the personal parts have more than 100 kB: shorten them"
            failures.append(Outcome(each.message, "failed", words=words))
        else:
            people.append(person)
    if failures:
        messages.fail_members(it, failures, now=now)
    bodies = shapes.imports(it.vendor["list"], people)
    jobs = [*it.vendor.get("jobs", []), *[vendor.start_import(body) for body in bodies]]
    imported = it.vendor.get("imported", 0) + len(people)
    ids = {"jobs": jobs, "imported": imported, "imported_to": taken[-1].message}
    return messages.note_dispatch(it, vendor=messages.with_vendor(it, **ids))


def look_at_imports(vendor: Vendor, it: DispatchFact, *, now: datetime) -> DispatchFact:
    """Look at each import that runs; those that are complete are mended and forgotten."""
    running = list(it.vendor.get("jobs", []))
    for job in list(running):
        status, failed = vendor.import_status(job)
        if status in _ENDED:
            raise Wait(None, f"Klaviyo has given an import up: {status}", failed=True)
        if status != "complete":
            continue
        if failed:
            it = _mend(vendor, it, vendor.import_errors(job), now)
        running.remove(job)
        it = messages.note_dispatch(it, vendor=messages.with_vendor(it, jobs=running))
    return it


def _mend(
    vendor: Vendor, it: DispatchFact, people: Sequence[Mapping[str, Any]], now: datetime
) -> DispatchFact:
    """Take in one by one whom the import refused: mostly somebody who is there under another id.

    By the slice, each committed: one by one takes longer than a lease.
    """
    refused: list[int] = []
    for start in range(0, len(people), _ONE_BY_ONE):
        it = _adopt(vendor, it, people[start : start + _ONE_BY_ONE], refused)
    numbers = messages.dispatch_messages(it, refused)
    words = "Klaviyo does not take this address"
    outcomes = [Outcome(number, "failed", words=words) for number in numbers.values()]
    if outcomes:
        messages.fail_members(it, outcomes, now=now)
    return it


def _adopt(
    vendor: Vendor,
    it: DispatchFact,
    people: Sequence[Mapping[str, Any]],
    refused: list[int],
) -> DispatchFact:
    adopted = []
    for person in people:
        known = {name: person[name] for name in ("email", "properties") if name in person}
        profile = vendor.adopt(known) if "email" in known else None
        contact = contact_of(str(person.get("external_id") or ""))
        if profile is not None:
            adopted.append((profile, contact))
        elif contact is not None:
            refused.append(contact)
    if not adopted:
        return messages.note_dispatch(it)
    vendor.add_to_list(it.vendor["list"], [profile for profile, _ in adopted])
    ours = {profile: contact for profile, contact in adopted if contact is not None}
    known_as = {**it.vendor.get("adopted", {}), **ours}
    return messages.note_dispatch(it, vendor=messages.with_vendor(it, adopted=known_as))


def screen_again(it: DispatchFact, now: datetime) -> None:
    """Ask once more who may get it: consent may have gone since the import."""
    after = 0
    while True:
        taken = messages.take_members(it, after=after, limit=CHUNK, only_ours=True)
        if not taken:
            return
        messages.screen_members(it, taken, now=now)
        after = taken[-1].message
        it = messages.note_dispatch(it)  # a long list outlasts a lease


def take_strays_off(vendor: Vendor, it: DispatchFact) -> None:
    """Take off the list whoever must not get it any more.

    The list itself is asked each time: an import whose answer was lost counts nowhere else.
    """
    going = messages.contacts_going(it.id)
    adopted = it.vendor.get("adopted", {})
    strays = []
    for seen, (profile, external) in enumerate(vendor.on_list(it.vendor["list"]), start=1):
        if (adopted.get(profile) or contact_of(external)) not in going:
            strays.append(profile)
        if seen % _AT_ONCE == 0:
            it = messages.note_dispatch(it)
    for start in range(0, len(strays), _AT_ONCE):
        vendor.take_off_list(it.vendor["list"], strays[start : start + _AT_ONCE])
