"""People whose row at a source shows another e-mail than before: the same person, moved?"""

from collections import defaultdict
from collections.abc import Sequence

from postlude.kernel import store
from postlude.people.lookup import Known, look_up
from postlude.people.models import Contact
from postlude.people.recognition import CHUNK, is_news
from postlude.people.spelling import Read, read, spelled
from postlude.people.types import Changed, PersonSeen


def changes(org: int, seen: Sequence[PersonSeen]) -> list[Changed]:
    """Return the contacts whose rows show one new e-mail, unknown here, under the same name.

    Another name is another person: then the row has changed hands and `recognise_many` makes the
    new one known. The caller, who knows whether these rows are all that the contact holds, calls
    `change_email`; nothing is written here.
    """
    found: list[Changed] = []
    for chunk in store.chunks(seen, CHUNK):
        people = [read(person) for person in chunk if person.reference]
        found += _changes(org, [person for person in people if person.email is not None])
    return found


def _changes(org: int, people: Sequence[Read]) -> list[Changed]:
    known = look_up(org, people)
    moved: dict[int, list[Read]] = defaultdict(list)
    for person in people:
        before = known.referred.get(person.seen.reference)
        if before is not None and before.has_email and is_news(org, person, before):
            moved[before.contact].append(person)
    names = dict(Contact.objects.filter(org=org, id__in=list(moved)).values_list("id", "name"))
    return [
        Changed(
            contact,
            rows[0].seen.email_raw or "",
            frozenset(row.seen.reference for row in rows),
        )
        for contact, rows in moved.items()
        if _is_free(rows, known) and all(_same(row.name, names.get(contact, "")) for row in rows)
    ]


def _is_free(rows: Sequence[Read], known: Known) -> bool:
    """Say whether they show one e-mail that is nobody's, and was no forgotten person's."""
    emails = {row.email for row in rows}
    return len(emails) == 1 and not emails & (known.owners.keys() | known.erased.keys())


def _same(one: str, other: str) -> bool:
    return not one or not other or spelled(one) == spelled(other)
