"""What people said and who must not be written to, as another system remembers it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from postlude.kernel import boundaries, ids, pseudonyms, store
from postlude.orgs import api as orgs
from postlude.people.lookup import PHONE
from postlude.people.models import Consent
from postlude.people.suppressions import add, suppress_contacts
from postlude.people.types import Reason

_CONSENT = ("id", "org_id", "contact_id", "channel", "granted", "source", "at")


@dataclass(frozen=True, slots=True)
class PastConsent:
    """A yes or a no, and when it was given; of two answers the later one holds."""

    contact: int
    channel: str
    granted: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class PastSuppression:
    """Somebody who is not written to any more: by the address (`kind` email or phone, raw) or by
    the contact, whose address of a channel it is.
    """

    reason: Reason
    at: datetime
    kind: str = ""
    value: str = ""
    contact: int | None = None
    channel: str = ""


def remember_consents(org: int, seen: Sequence[PastConsent], *, source: str) -> None:
    """Add answers with the time at which they were given; the caller tells repeats."""
    rows = [
        (number, org, each.contact, each.channel, each.granted, source[:64], each.at)
        for number, each in zip(ids.new_ids(len(seen)), seen, strict=True)
    ]
    with store.write():
        store.insert_many(Consent, _CONSENT, rows)
    boundaries.crossing("people.consents_remembered")


def remember_suppressions(org: int, seen: Sequence[PastSuppression]) -> None:
    """Put addresses on the list, from then on. Raises BadAddress for what cannot be one."""
    region = orgs.get(org).region
    with store.write():
        for each in seen:
            if each.contact is not None:
                suppress_contacts(org, [each.contact], each.channel, each.reason, now=each.at)
            else:
                add(org, [(each.kind, _normal(each, region))], each.reason, now=each.at)
    boundaries.crossing("people.suppressions_remembered")


def check_suppression(org: int, each: PastSuppression) -> None:
    """Raise BadAddress, with a hint, for an address that cannot be one."""
    if each.contact is None:
        _normal(each, orgs.get(org).region)


def _normal(each: PastSuppression, region: str) -> str:
    if each.kind == PHONE:
        return pseudonyms.normalise_phone(each.value, region)
    return pseudonyms.normalise_email(each.value)
