"""What an organisation says of its members: level, birthday, zone, tags, segments.

All of it goes when a person is forgotten. When two contacts turn out to be one, the one that
speaks for both gets the words of both; a level, birthday or zone of its own wins (`inheriting`).
What is said no more is said of the person, so it goes from every contact that the person was.
"""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from postlude.kernel import ids, store
from postlude.people import zones
from postlude.people.aliases import CHUNK, canonical, families
from postlude.people.errors import BadDescription
from postlude.people.models import Contact, Label
from postlude.people.types import Description, Standing

TAG, SEGMENT = "tag", "segment"
_LONGEST = 200
_LEAP_YEAR = 2024
_BATCH = 2_000
Word = tuple[str, str]


def describe_many(org: int, descriptions: Sequence[Description]) -> set[int]:
    """Keep what is said of contacts; return who it was kept of (the contacts that speak for them).

    Contacts that are not here or were forgotten are left out. Later descriptions of one contact
    win. At most 2,000 a transaction, unless the caller is already inside `store.write()`. Raises
    BadDescription before anything is written.
    """
    for each in descriptions:
        _check(each)
    kept: set[int] = set()
    for part in store.chunks(descriptions, _BATCH):
        with store.write():
            kept |= _describe(org, part)
    return kept


def _check(each: Description) -> None:
    if each.birthday is not None:
        month, day = each.birthday
        if not 1 <= month <= 12 or not 1 <= day <= monthrange(_LEAP_YEAR, month)[1]:  # noqa: PLR2004
            raise BadDescription(contact=each.contact, what="birthday")
    if each.level is not None and not _is_word(each.level):
        raise BadDescription(contact=each.contact, what="level")
    if each.zone is not None and not zones.is_zone(each.zone):
        raise BadDescription(contact=each.contact, what="zone")
    if not all(map(_is_word, each.add_tags | each.add_segments)):
        raise BadDescription(contact=each.contact, what="word")


def _is_word(word: str) -> bool:
    """PostgreSQL stores neither NUL nor half a surrogate pair."""
    whole = "\0" not in word and not any("\ud800" <= each <= "\udfff" for each in word)
    return 1 <= len(word) <= _LONGEST and whole


def _describe(org: int, descriptions: Sequence[Description]) -> set[int]:
    heads = locked(org, [each.contact for each in descriptions])
    known = [
        replace(each, contact=heads[each.contact]) for each in descriptions if each.contact in heads
    ]
    _set(org, "level", {each.contact: each.level for each in known if each.level is not None})
    _forget(org, known)
    days = {each.contact: each.birthday for each in known if each.birthday is not None}
    _set(org, "birthday", {who: month * 100 + day for who, (month, day) in days.items()})
    _set(org, "zone", {each.contact: each.zone for each in known if each.zone is not None})
    words: dict[tuple[int, Word], bool] = {}
    for each in known:
        for word in _words(each.drop_tags, each.drop_segments):
            words[each.contact, word] = False
        for word in _words(each.add_tags, each.add_segments):
            words[each.contact, word] = True
    _put(org, [key for key, on in words.items() if on])
    _take(org, [key for key, on in words.items() if not on])
    return {each.contact for each in known}


def _everywhere(org: int, heads: Iterable[int]) -> dict[int, list[int]]:
    """Return all contacts that each person was, where anything is to be said no more."""
    wanted = set(heads)
    return families(org, wanted) if wanted else {}


def _forget(org: int, known: Iterable[Description]) -> None:
    for field in ("level", "birthday", "zone"):
        heads = [each.contact for each in known if field in each.forget]
        everyone = [each for ids in _everywhere(org, heads).values() for each in ids]
        _set(org, field, dict.fromkeys(everyone))


def _words(tags: Iterable[str], segments: Iterable[str]) -> list[Word]:
    return [(TAG, each) for each in tags] + [(SEGMENT, each) for each in segments]


def locked(org: int, contacts: Collection[int]) -> dict[int, int]:
    """Lock contacts and who speaks for them against an erasure or a join that comes in between.

    Returns the speaker of each contact that is here and not forgotten.
    """
    wanted = set(contacts)
    while True:
        alive: set[int] = set()
        for chunk in store.chunks(sorted(wanted), CHUNK):
            rows = Contact.objects.select_for_update().filter(org=org, id__in=chunk)
            alive |= set(rows.filter(erased_at=None).order_by("id").values_list("id", flat=True))
        heads = canonical(org, contacts)
        if wanted.issuperset(heads.values()):
            return {each: head for each, head in heads.items() if head in alive}
        wanted |= set(heads.values())


def _set(org: int, field: str, values: Mapping[int, str | int | None]) -> None:
    """Set one column, in one statement for each value: there are few levels and 366 birthdays."""
    of_value: dict[Any, list[int]] = defaultdict(list)
    for contact, value in values.items():
        of_value[value].append(contact)
    for value, contacts in of_value.items():
        for chunk in store.chunks(sorted(contacts), CHUNK):
            Contact.objects.filter(org=org, id__in=chunk).update(**{field: value})


def _put(org: int, wanted: Sequence[tuple[int, Word]]) -> None:
    rows = [
        (new, org, kind, label, contact)
        for new, (contact, (kind, label)) in zip(ids.new_ids(len(wanted)), wanted, strict=True)
    ]
    columns = ("id", "org_id", "kind", "label", "contact_id")
    store.insert_ignore(Label, columns, rows, conflict=("org", "kind", "label", "contact"))


def _take(org: int, unwanted: Sequence[tuple[int, Word]]) -> None:
    of_word: dict[Word, list[int]] = defaultdict(list)
    everyone = _everywhere(org, (contact for contact, _ in unwanted))
    for contact, word in unwanted:
        of_word[word] += everyone[contact]
    for (kind, label), contacts in sorted(of_word.items()):
        for chunk in store.chunks(sorted(contacts), CHUNK):
            Label.objects.filter(org=org, kind=kind, label=label, contact__in=chunk).delete()


def standings(org: int, contacts: Collection[int]) -> dict[int, Standing]:
    """Return each contact as rules see one, under the id that was asked for.

    Contacts that are not here or were forgotten are left out.
    """
    heads = canonical(org, contacts)
    found: dict[int, Standing] = {}
    for chunk in store.chunks(sorted({*heads.values()}), CHUNK):
        found |= _standings(org, chunk)
    return {
        each: replace(found[head], contact=each) for each, head in heads.items() if head in found
    }


def _standings(org: int, heads: Sequence[int]) -> dict[int, Standing]:
    words: dict[tuple[int, str], set[str]] = defaultdict(set)
    labels = Label.objects.filter(org=org, contact__in=heads)
    for contact, kind, label in labels.values_list("contact", "kind", "label"):
        words[contact, kind].add(label)
    rows = Contact.objects.filter(org=org, id__in=heads, erased_at=None)
    return {
        contact: Standing(
            contact,
            level,
            birthday,
            frozenset(words[contact, TAG]),
            frozenset(words[contact, SEGMENT]),
        )
        for contact, level, birthday in rows.values_list("id", "level", "birthday")
    }
