"""People for human eyes: masked, unless the viewer may see and says why; each view is noted."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

from postlude.kernel import boundaries, redact
from postlude.people import models
from postlude.people.aliases import canonical
from postlude.people.audit import note, require_purpose
from postlude.people.lookup import EMAIL, PHONE
from postlude.people.reading import undeliverable
from postlude.people.rows import ContactRow, contact_rows
from postlude.people.spelling import masked
from postlude.people.types import Actor, PersonShown

VIEW = "people.view_contact"
FIELDS = ("name", "email", "phone")


def show(  # noqa: PLR0913 - who looks at whom, by which right, why and when
    org: int,
    contacts: Collection[int],
    *,
    actor: Actor,
    permissions: Collection[str],
    purpose: str,
    now: datetime,
) -> dict[int, PersonShown]:
    """Each contact of this organisation; those of others are left out.

    Clear values need `people.view_contact` and a purpose, and each leaves an audit row that is
    committed before this returns. Everybody else gets masked values, whatever the purpose.
    """
    clear = VIEW in permissions
    if clear:
        purpose = require_purpose(purpose)
    heads = canonical(org, contacts)
    people = _people(org, sorted({*heads.values()}))
    shown = {contact: people[head] for contact, head in heads.items() if head in people}
    if not clear:
        return {contact: _masked(person, contact) for contact, person in shown.items()}
    seen = [contact for contact in shown if people[heads[contact]].erased_at is None]
    note(org, seen, actor=actor, purpose=purpose, fields=FIELDS, now=now)
    boundaries.crossing("people.view_noted")
    return {contact: replace(person, contact=contact) for contact, person in shown.items()}


def show_addresses(  # noqa: PLR0913 - as `show`
    org: int,
    ids: Collection[int],
    *,
    actor: Actor,
    permissions: Collection[str],
    purpose: str,
    now: datetime,
) -> dict[int, str]:
    """The e-mail of each of these addresses, present or past, by the id of the address.

    Clear by the same right as in `show` and with the same audit row, else masked. Addresses of
    others, and those of the erased, are left out.
    """
    rows = list(models.Address.objects.filter(org=org, id__in=sorted(set(ids)), kind=EMAIL))
    if VIEW not in permissions:
        return {row.id: masked(row.value) for row in rows}
    seen = sorted({row.contact_id for row in rows})
    note(org, seen, actor=actor, purpose=require_purpose(purpose), fields=("email",), now=now)
    return {row.id: row.value for row in rows}


def _people(org: int, heads: list[int]) -> Mapping[int, PersonShown]:
    held: dict[int, dict[str, str]] = {}
    past: dict[int, list[str]] = {}
    rows = models.Address.objects.filter(org=org, contact__in=heads).order_by("since", "id")
    for row in rows:
        if row.until is None:
            held.setdefault(row.contact_id, {})[row.kind] = row.value
        elif row.kind == EMAIL:
            past.setdefault(row.contact_id, []).append(row.value)
    bad = undeliverable(org, heads)
    return {
        row.id: _shown(row, held.get(row.id, {}), past.get(row.id, []), bad.get(row.id, ""))
        for row in contact_rows(org, heads)
    }


def _shown(row: ContactRow, held: Mapping[str, str], past: list[str], bad: str) -> PersonShown:
    return PersonShown(
        contact=row.id,
        name=row.name,
        email=held.get(EMAIL, ""),
        phone=held.get(PHONE, ""),
        masked=False,
        locale=row.locale,
        email_as_given=bad,
        past_emails=tuple(past),
        first_seen_at=row.first_seen_at,
        erased_at=row.erased_at,
    )


def _masked(person: PersonShown, contact: int) -> PersonShown:
    return replace(
        person,
        contact=contact,
        name=redact.mask_name(person.name),
        email=masked(person.email) if person.email else "",
        phone=redact.mask_phone(person.phone) if person.phone else "",
        masked=True,
        email_as_given=masked(person.email_as_given) if person.email_as_given else "",
        past_emails=tuple(masked(email) for email in person.past_emails),
    )
