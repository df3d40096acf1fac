"""Where else a person is reached than by e-mail and phone: in chat apps and on devices.

One contact has one id in each chat app, and as many devices as are signed in. What is forgotten is
deleted, not kept as history: an id that the app no longer knows is of use to nobody.
"""

from collections.abc import Collection, Iterable
from datetime import datetime

from postlude.kernel import ids, pseudonyms, store
from postlude.people.models import Address, Identity, Suppression
from postlude.people.types import Reason

LINE, CRESCENDO_LINE, MESSENGER, PUSH = "line", "crescendo_line", "messenger", "push"
KINDS = (LINE, CRESCENDO_LINE, MESSENGER, PUSH)
LONGEST = 320
MOST_DEVICES = 10
_COLUMNS = ("id", "org_id", "contact_id", "kind", "value", "legacy_hash", "since")


def begin(org: int, contact: int, kind: str, value: str, now: datetime) -> None:
    """Write down a place that is claimed already, and let what it replaces go."""
    held = Address.objects.filter(org=org, contact=contact, kind=kind, until=None)
    oldest_first = list(held.order_by("since", "id").values_list("value", flat=True))
    keep = MOST_DEVICES - 1 if kind == PUSH else 0
    end(org, kind, oldest_first[: max(0, len(oldest_first) - keep)])
    store.insert_many(Address, _COLUMNS, [(ids.new_id(), org, contact, kind, value, "", now)])


def end(org: int, kind: str, values: Collection[str]) -> int:
    """Forget these places, whoever's they are; how many there were."""
    Identity.objects.filter(org=org, kind=kind, key__in=list(values)).delete()
    return Address.objects.filter(org=org, kind=kind, value__in=list(values)).delete()[0]


def erased(org: int, places: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Which of these belonged to somebody who asked to be forgotten."""
    forgotten = Suppression.objects.filter(org=org, reason=Reason.ERASURE, kind__in=KINDS)
    wanted = list(places)
    if not wanted or not forgotten.exists():
        return set()
    hashes = {
        each: (kind, value)
        for kind, value in wanted
        for each in pseudonyms.all_pseudonyms(org, kind, value)
    }
    rows = forgotten.filter(pseudonym__in=list(hashes))
    return {hashes[each] for each in rows.values_list("pseudonym", flat=True)}


def masked(value: str) -> str:
    """Enough to tell two apart, too little to write to."""
    return f"{value[:1]}•••{value[-2:]}" if len(value) > 8 else "•••"  # noqa: PLR2004
