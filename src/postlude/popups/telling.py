"""What visitors did with what was shown: facts of our own, and a touch for each click."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from postlude.kernel import boundaries, ids, store
from postlude.orgs import api as orgs
from postlude.popups.models import Deed as Row
from postlude.popups.models import Exposure, Popup
from postlude.popups.types import Deed, Fate, Told
from postlude.tracking import api as tracking
from postlude.tracking.types import Hit, Place, TouchKind

CHANNEL = "popup"
_COLUMNS = (
    *("id", "org", "uid", "exposure", "deed", "visitor", "contact", "day", "at", "recorded_at"),
)
_CHUNK = 500


def tell_many(org: int, told: Sequence[Told], *, now: datetime) -> set[str]:
    """Keep what pages tell; return the uids of what holds, now or since it was told before.

    What is told of nothing that was shown here does not hold, and a repeat changes nothing. A
    click is a touch of the channel `popup` as well, in the same commit. Joins the caller's
    transaction.
    """
    shown = _shown(org, {each.exposure for each in told})
    held = sorted((each for each in told if each.exposure in shown), key=lambda each: each.uid)
    if not held:
        return set()
    zone = ZoneInfo(orgs.get(org).zone)
    rows = [
        (
            *(number, org, each.uid, each.exposure, each.deed.value, each.visitor, each.contact),
            *(each.at.astimezone(zone).date(), each.at, now),
        )
        for number, each in zip(ids.new_ids(len(held)), held, strict=True)
    ]
    with store.write():
        store.insert_ignore(Row, _COLUMNS, rows, conflict=("org", "uid"))
        touches = [_touch(each, shown) for each in held if each.deed is Deed.CLICKED]
        if touches:
            tracking.record_many(org, touches, now=now)
    boundaries.crossing("popups.told")
    return {each.uid for each in held}


def _shown(org: int, exposures: Collection[int]) -> dict[int, tuple[int, str]]:
    """Return the popup, and its name, of each of these that this organisation has really shown."""
    found: dict[int, tuple[int, str]] = {}
    for part in store.chunks(sorted(exposures), _CHUNK):
        rows = Exposure.objects.filter(org=org, id__in=part, fate=Fate.SHOWN.value)
        popups = {row.id: row.popup for row in rows}
        known = Popup.objects.filter(org=org, id__in=set(popups.values()))
        slugs = dict(known.values_list("id", "slug"))
        found |= {exposure: (popup, slugs[popup]) for exposure, popup in popups.items()}
    return found


def _touch(told: Told, shown: Mapping[int, tuple[int, str]]) -> Hit:
    """A click without a message: the popup stands where a journey's node would."""
    popup, slug = shown[told.exposure]
    return Hit(
        kind=TouchKind.CLICK,
        message=None,
        at=told.at,
        subject=popup,
        agent=told.agent,
        event_id=told.uid,
        visitor=told.visitor,
        place=Place(CHANNEL, slug, popup, told.contact),
    )
