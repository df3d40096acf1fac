"""What people answered in forms, by label, as it was last seen."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from postlude.kernel import boundaries, ids, store, work
from postlude.people.aliases import CHUNK
from postlude.people.models import AnswerSheet, Contact

# A form comes after its sale, in a transaction of its own: who reads both waits for this as well.
ANSWERED = "answers.recorded"
Pairs = Sequence[tuple[str, str]]
_COLUMNS = ("id", "org_id", "subject", "contact_id", "pairs", "at")
_SHEETS = 500  # in one transaction


def record_answers(
    org: int, sheets: Iterable[tuple[str, int | None, Pairs]], *, now: datetime
) -> int:
    """Keep the answers of each subject ("kktix:attendee:123"); how many were new or changed.

    Publishes `answers.recorded` (keys: subjects) for those, in the same commit. The answers of an
    erased person are not taken back in, whichever source still has them.
    """
    wanted = {subject: (contact, pairs) for subject, contact, pairs in sheets}
    changed = 0
    for chunk in store.chunks(sorted(wanted), _SHEETS):
        with store.write():
            changed += _record(org, {subject: wanted[subject] for subject in chunk}, now)
        boundaries.crossing("people.answers_recorded")
    return changed


def answers(org: int, subjects: Collection[str]) -> dict[str, list[tuple[str, str]]]:
    """The answers of each subject that has some, in the form's order."""
    found: dict[str, list[tuple[str, str]]] = {}
    for chunk in store.chunks(list(subjects), CHUNK):
        rows = AnswerSheet.objects.filter(org=org, subject__in=chunk)
        for subject, pairs in rows.values_list("subject", "pairs"):
            found[subject] = [(label, value) for label, value in pairs]
    return found


def _record(org: int, wanted: dict[str, tuple[int | None, Pairs]], now: datetime) -> int:
    contacts = {contact for contact, _ in wanted.values() if contact is not None}
    erased = set(
        Contact.objects.filter(org=org, id__in=contacts, erased_at__isnull=False).values_list(
            "id", flat=True
        )
    )
    rows = {
        subject: (ids.new_id(), org, subject, contact, [list(pair) for pair in pairs], now)
        for subject, (contact, pairs) in wanted.items()
        if contact not in erased
    }
    inserted = store.insert_ignore(
        AnswerSheet,
        _COLUMNS,
        list(rows.values()),
        conflict=("org", "subject"),
        returning="subject",
    )
    changed = _update(org, {key: rows[key] for key in rows.keys() - set(inserted)})
    work.publish(ANSWERED, org, [*inserted, *changed])
    return len(inserted) + len(changed)


def _update(
    org: int, rows: dict[str, tuple[int, int, str, int | None, list[list[str]], datetime]]
) -> list[str]:
    changed = []
    for sheet in AnswerSheet.objects.filter(org=org, subject__in=list(rows)):
        _, _, _, contact, pairs, now = rows[sheet.subject]
        contact = sheet.contact_id if contact is None else contact
        if (sheet.contact_id, sheet.pairs) == (contact, pairs):
            continue
        sheet.contact_id, sheet.pairs, sheet.at = contact, pairs, now
        changed.append(sheet)
    AnswerSheet.objects.bulk_update(changed, ("contact", "pairs", "at"), batch_size=200)
    return [sheet.subject for sheet in changed]
