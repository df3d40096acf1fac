"""Publishing popups: versions are never changed, and the same popup again is no news."""

import secrets
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from postlude.kernel import boundaries, ids, store
from postlude.orgs import api as orgs
from postlude.popups import definitions
from postlude.popups.errors import BadPopup, UnknownPopup
from postlude.popups.models import Popup as Row
from postlude.popups.models import Setting, Version
from postlude.popups.types import InForce, Popup, PopupLine, Published

_KEY_BYTES = 32


def check(popup: Popup) -> list[tuple[tuple[str, ...], str, str]]:
    """Return what is wrong with a popup: place, words, how to mend it; empty when it may run."""
    return definitions.problems(popup)


def configure(org: int, *, a_day: int | None) -> None:
    """Say how many popups one visitor sees on a local day, of all together; None: any number."""
    with store.write():
        _setting(org)
        Setting.objects.filter(org=org).update(a_day=a_day)
    boundaries.crossing("popups.configured")


def publish(org: int, popup: Popup, *, now: datetime, actor: str = "") -> int:
    """Store a popup as the newest version, unless it is that already; return the version."""
    if found := check(popup):
        raise BadPopup(popup=popup.slug, problem=found[0][1])
    digest = definitions.digest(popup)
    with store.write():
        _setting(org)
        row, _ = Row.objects.select_for_update().update_or_create(
            org_id=org, slug=popup.slug, defaults={"active": popup.active}
        )
        newest = Version.objects.filter(org=org, popup=row).order_by("-number").first()
        if newest is not None and newest.digest == digest:
            return newest.id
        made = Version.objects.create(
            org_id=org,
            popup=row,
            number=newest.number + 1 if newest else 1,
            definition=definitions.to_json(popup),
            digest=digest,
            created_at=now,
            created_by=actor,
        )
    boundaries.crossing("popups.published")
    return made.id


def retire(org: int, *, keep: Collection[str]) -> None:
    """Show none but these any more; what was shown stays."""
    with store.write():
        gone = Row.objects.filter(org=org, active=True).exclude(slug__in=keep)
        changed = gone.update(active=False)
    if changed:
        boundaries.crossing("popups.retired")


def in_force(org: int) -> InForce:
    """Return the popups that may run, the schedule aside: it is looked at when one is wanted."""
    ref = orgs.get(org)
    held = Setting.objects.filter(org=org).values_list("a_day", flat=True).first()
    found = [each for each in newest(org) if each.popup.active]
    return InForce(org, ZoneInfo(ref.zone), held, ref.locale, tuple(found))


def newest(org: int, popups: Collection[int] | None = None) -> list[Published]:
    """Return the newest version of each popup, or of some, by name; one at rest is not active."""
    rows = Version.objects.filter(org=org).select_related("popup")
    if popups is not None:
        rows = rows.filter(popup__in=popups)
    by_popup = {row.popup_id: row for row in rows.order_by("popup__slug", "number")}
    return [_published(row) for row in by_popup.values()]


def lines(org: int) -> list[PopupLine]:
    """Return every popup that there ever was, by name."""
    return [
        PopupLine(
            each.id,
            each.popup.slug,
            each.popup.title or each.popup.slug,
            each.number,
            each.popup.active,
            each.popup,
        )
        for each in newest(org)
    ]


def line(org: int, slug: str) -> PopupLine:
    """Return one popup; raise UnknownPopup."""
    found = next((each for each in lines(org) if each.slug == slug), None)
    if found is None:
        raise UnknownPopup(popup=slug[:63])
    return found


def stored(org: int) -> dict[str, dict[str, Any]]:
    """Return what the newest version of each popup that is on says, as JSON, by name."""
    rows = Version.objects.filter(org=org, popup__active=True).select_related("popup")
    return {row.popup.slug: row.definition for row in rows.order_by("number")}


def draw_key(org: int) -> str:
    """Return the key that an organisation's draws are made with; there is one from the first on."""
    return str(Setting.objects.values_list("draw_key", flat=True).get(org=org))


def limit(org: int) -> int | None:
    """Return how many popups one visitor sees a day."""
    return Setting.objects.filter(org=org).values_list("a_day", flat=True).first()


def _setting(org: int) -> None:
    """Make the settings of an organisation that has none. Joins the caller's transaction."""
    row = (ids.new_id(), org, None, secrets.token_hex(_KEY_BYTES))
    store.insert_ignore(Setting, ("id", "org", "a_day", "draw_key"), [row], conflict=("org",))


def _published(row: Version) -> Published:
    popup = definitions.from_json(row.definition)
    if not row.popup.active:
        popup = replace(popup, active=False)
    return Published(row.popup_id, row.id, row.number, popup)
