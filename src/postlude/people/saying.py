"""What a shop, an app or a chat app tells of where a person is reached."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from postlude.kernel import boundaries, pseudonyms, store, work
from postlude.people import audit, conflicts, placeholders, reaching
from postlude.people.aliases import CHUNK, canonical
from postlude.people.describing import locked
from postlude.people.joining import JOINED, join
from postlude.people.lookup import claimed, identities
from postlude.people.models import Address, Suppression
from postlude.people.reaching import KINDS, LONGEST, PUSH, masked
from postlude.people.recognition import TRIES, StillContended
from postlude.people.recording import ClaimLost, claim
from postlude.people.suppressions import add
from postlude.people.types import Actor, AddressProblem, Place, Reason, SaidAddress


def say_addresses(
    org: int, said: Sequence[SaidAddress], *, actor: Actor, now: datetime
) -> list[AddressProblem | None]:
    """Keep where these contacts are reached; say of each what is wrong with it, if anything.

    A new id in a chat app replaces the old one; a device joins those that are there, up to 10, and
    goes along when somebody else signs in on it. Leaves an audit row for each that is new.
    """
    found: list[AddressProblem | None] = []
    for chunk in store.chunks(said, CHUNK):
        found += _say(org, chunk, actor, now)
    return found


def forget_addresses(  # noqa: PLR0913 - whose, which, who says so and when
    org: int, contact: int, kind: str, value: str | None = None, *, actor: Actor, now: datetime
) -> int:
    """Forget where a contact is reached on a channel: one place or, without a value, all of them.

    Returns how many there were. Another contact's place is left alone.
    """
    head = canonical(org, [contact])[contact]
    with store.write():
        rows = Address.objects.filter(org=org, contact=head, kind=kind, until=None)
        held = list(rows.values_list("value", flat=True)) if kind in KINDS else []
        gone = reaching.end(org, kind, [each for each in held if value in {None, each}])
        if gone:
            audit.note(org, [head], actor=actor, purpose="forget it", fields=[kind], now=now)
    boundaries.crossing("people.addresses_forgotten")
    return gone


def end_addresses(org: int, kind: str, values: Collection[str]) -> int:
    """Forget places that the vendor says are no more, such as an app that was removed."""
    with store.write():
        gone = reaching.end(org, kind, values) if kind in KINDS else 0
    boundaries.crossing("people.addresses_ended")
    return gone


def places(org: int, contact: int) -> list[Place]:
    """Where a contact is reached in chat apps and on devices, masked; oldest first."""
    head = canonical(org, [contact])[contact]
    rows = Address.objects.filter(org=org, contact=head, kind__in=KINDS, until=None)
    return [
        Place(row.kind, masked(row.value), row.since, _blocks(org, row.kind, row.value).exists())
        for row in rows.order_by("since", "id")
    ]


def blocked_us(org: int, kind: str, value: str, *, at: datetime) -> bool:
    """A person has blocked us there: nothing is written to it until they come back.

    False for news that is older than their last return. It holds whether or not we know whose
    address it is, so that an old list cannot bring it back.
    """
    with store.write():
        rows = Address.objects.filter(org=org, kind=kind, value=value, until=None)
        late = rows.filter(since__gt=at).exists()
        if not late and not add(org, [(kind, value)], Reason.BLOCKED, now=at):
            _blocks(org, kind, value).filter(at__lt=at).update(at=at)
    boundaries.crossing("people.blocked_us")
    return not late


def came_back(org: int, kind: str, value: str, *, at: datetime) -> bool:
    """A person follows us there (again); True where that ended a block."""
    with store.write():
        lifted = _blocks(org, kind, value).filter(at__lte=at).delete()[0]
        # From here on an older block is old news.
        held = Address.objects.filter(org=org, kind=kind, value=value, until=None, since__lt=at)
        held.update(since=at)
    boundaries.crossing("people.came_back")
    return lifted > 0


def seen_there(org: int, kind: str, value: str, *, at: datetime) -> bool:
    """A person was seen at a place; a block of before is old news from then on. False: unknown."""
    with store.write():
        rows = Address.objects.filter(org=org, kind=kind, value=value, until=None)
        found = rows.exists()
        rows.filter(since__lt=at).update(since=at)
    boundaries.crossing("people.seen_there")
    return found


def _blocks(org: int, kind: str, value: str) -> QuerySet[Suppression]:
    hashes = pseudonyms.all_pseudonyms(org, kind, value)
    return Suppression.objects.filter(
        org=org, kind=kind, pseudonym__in=hashes, reason=Reason.BLOCKED
    )


def _say(
    org: int, said: Sequence[SaidAddress], actor: Actor, now: datetime
) -> list[AddressProblem | None]:
    for _ in range(TRIES):
        try:
            with store.write():
                found, changed = _say_once(org, said, actor, now)
                for kind in sorted({kind for _, kind in changed}):
                    whose = [contact for contact, each in changed if each == kind]
                    audit.note(org, whose, actor=actor, purpose="say it", fields=[kind], now=now)
        except ClaimLost:  # somebody says the same at this very moment: look again
            continue
        boundaries.crossing("people.addresses_said")
        return found
    raise StillContended


def _say_once(
    org: int, said: Sequence[SaidAddress], actor: Actor, now: datetime
) -> tuple[list[AddressProblem | None], list[tuple[int, str]]]:
    heads = locked(org, [each.contact for each in said])
    forgotten = reaching.erased(org, {(each.kind, each.value) for each in said})
    owners: dict[tuple[str, str], int] = {}
    for kind in {each.kind for each in said}:
        values = [each.value for each in said if each.kind == kind]
        owners |= {(kind, key): who for key, who in identities(org, kind, values).items()}
    found: list[AddressProblem | None] = [None] * len(said)
    changed: list[tuple[int, str]] = []
    # In the order of the places: two who claim the same ones never wait for each other.
    for index, each in sorted(enumerate(said), key=lambda it: (it[1].kind, it[1].value, it[0])):
        place, head = (each.kind, each.value), heads.get(each.contact)
        found[index] = _problem(each, head, forgotten)
        if found[index] is not None or head is None:
            continue
        owner = owners.get(place)
        if owner not in {None, head} and each.kind != PUSH:
            joined = _absorb(org, each.kind, owner or 0, head, actor, now)
            if joined is None:
                conflicts.note(org, [(each.kind, owner, head)], now=now)
                found[index] = _taken(each)
                continue
            changed.append((joined.head, each.kind))
            _rename(heads, owners, joined)
            head, owner = joined.head, claimed(org, each.kind, [each.value]).get(each.value)
        if owner != head:
            if owner is not None:  # a device on which somebody else has signed in
                reaching.end(org, each.kind, [each.value])
            claim(org, each.kind, {each.value: head})
            reaching.begin(org, head, each.kind, each.value, now)
            owners[place] = head
            changed.append((head, each.kind))
    return found, changed


@dataclass(frozen=True, slots=True)
class _Absorbed:
    """A placeholder that turned out to be somebody, and who that is."""

    child: int
    head: int


def _absorb(  # noqa: PLR0913, PLR0917 - what both have, who they are, who says so and when
    org: int, kind: str, owner: int, said: int, actor: Actor, now: datetime
) -> _Absorbed | None:
    """Join two contacts that have one chat id, if one of them is a placeholder."""
    bare = placeholders.headless(org, [owner, said])
    if not bare:
        return None
    child, head = (owner, said) if said not in bare else (said, owner)
    join(org, {child: head}, reason=f"same_{kind}", actor=actor, now=now)
    work.publish(JOINED, org, [child])
    return _Absorbed(child, head)


def _rename(heads: dict[int, int], owners: dict[tuple[str, str], int], who: _Absorbed) -> None:
    """Let the rest of the batch know who speaks for the absorbed."""
    heads |= {each: who.head for each, head in heads.items() if head == who.child}
    owners |= {place: who.head for place, owner in owners.items() if owner == who.child}


def _problem(
    each: SaidAddress, head: int | None, forgotten: set[tuple[str, str]]
) -> AddressProblem | None:
    if each.kind not in KINDS or not 1 <= len(each.value) <= LONGEST or _is_odd(each.value):
        hint = f"One of {', '.join(KINDS)}, with 1 to {LONGEST} plain characters."
        return AddressProblem("bad_address", masked(each.value), hint, "This is no address.")
    if head is None:
        hint = "Look for the contact by e-mail."
        return AddressProblem("no_contact", "", hint, "There is no such contact.")
    if (each.kind, each.value) in forgotten:
        hint = "If the person asks to be known again, lift the erasure of this address."
        words = "This person asked to be forgotten."
        return AddressProblem("erased", masked(each.value), hint, words)
    return None


def _taken(each: SaidAddress) -> AddressProblem:
    hint = "Look for the other contact: merge the two if they are one, or take it away there first."
    return AddressProblem("taken", masked(each.value), hint, "Another contact has this address.")


def _is_odd(value: str) -> bool:
    return not value.isascii() or not value.isprintable() or " " in value
