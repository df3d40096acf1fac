"""Who asks at a public door, and how often. Nothing tells whether the asked-for person is known.

Counters by keyed hash in the database, so that they hold over any number of processes: of the
address, of the place that asks, and of the organisation. No address and no IP is kept.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from postlude.kernel import ids, pseudonyms, store
from postlude.kernel.errors import BadAddress
from postlude.people.aliases import canonical
from postlude.people.lookup import EMAIL, claimed
from postlude.people.models import Address, Knock

WINDOW = timedelta(minutes=15)
MOST_FOR_ONE_ADDRESS = 3
MOST_FROM_ONE_PLACE = 20
MOST_IN_ALL = 600
_KEPT = timedelta(days=1)
_TURNED_AWAY = "turned away"
_NO_ADDRESS = "nobody@invalid.invalid"


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of a question: `mark` is a hash of the address, `contact` who has or had it."""

    allowed: bool
    mark: str
    contact: int | None


def ask(org: int, email_raw: str, place: str, *, now: datetime) -> Asked:
    """Count a question about an address and look it up, with the same work whatever the answer.

    The caller says the same to everybody, allowed or not.
    """
    email = _spelled(email_raw)
    mark = pseudonyms.pseudonym(org, "knock-address", email)
    limits = (
        (pseudonyms.pseudonym(org, "knock-place", place), MOST_FROM_ONE_PLACE),
        (mark, MOST_FOR_ONE_ADDRESS),
        ("all", MOST_IN_ALL),
    )
    with store.write():
        allowed = True
        for key, most in limits:
            # One who is turned away counts no further: nobody closes the door for all the others.
            count = _count(org, key if allowed else _TURNED_AWAY, now)
            allowed = allowed and count <= most
        Knock.objects.filter(slot__lt=_slot(now - _KEPT)).delete()
    return Asked(allowed, mark, _owner(org, email))


def _spelled(raw: str) -> str:
    try:
        return pseudonyms.normalise_email(raw)
    except BadAddress:
        return _NO_ADDRESS


def _slot(now: datetime) -> int:
    return int(now.timestamp() // WINDOW.total_seconds())


def _count(org: int, key: str, now: datetime) -> int:
    table = connection.ops.quote_name(Knock._meta.db_table)  # noqa: SLF001
    sql = f"""
        INSERT INTO {table} (id, org_id, key, slot, count) VALUES (%s, %s, %s, %s, 1)
        ON CONFLICT (org_id, key, slot) DO UPDATE SET count = {table}.count + 1 RETURNING count
    """  # noqa: S608 - our own SQL; values are parameters
    return int(store.rows_sql(sql, [ids.new_id(), org, key, _slot(now)])[0][0])


def _owner(org: int, email: str) -> int | None:
    """Return who has the address, else who had it last; as many queries for a stranger."""
    owner = claimed(org, EMAIL, [email]).get(email)
    past = Address.objects.filter(org=org, kind=EMAIL, value=email).order_by("-until")
    former = past.values_list("contact_id", flat=True).first()
    found = owner or former
    return canonical(org, [found or 0])[found or 0] or None
