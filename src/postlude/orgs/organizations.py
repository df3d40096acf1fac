"""Organisations, their branches and the settings other rooms ask for."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError

from postlude.kernel import ids, store
from postlude.orgs import windows
from postlude.orgs.errors import BadSetting, SlugTaken, UnknownOrganization
from postlude.orgs.models import Branch, Organization
from postlude.orgs.types import UNSET, BranchRef, Cap, Fee, Fees, IdentityRules, OrgRef, Unset
from postlude.orgs.windows import QuietHours

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SLUG_MAX = 64
_MILLE = 1000
_SHAPES = {
    "currency": re.compile(r"[A-Z]{3}"),
    "region": re.compile(r"[A-Z]{2}"),
    "locale": re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*"),
}


def create(  # noqa: PLR0913 - each is a fact of the organisation
    slug: str,
    name: str,
    *,
    zone: str,
    currency: str,
    locale: str = "zh-Hant",
    region: str = "TW",
) -> OrgRef:
    """A new organisation, without quiet hours, caps or fees. `region` reads its local phones."""
    _check_slug(slug)
    _check_zone(zone)
    _check_shapes(currency=currency, locale=locale, region=region)
    row = Organization(
        id=ids.new_id(),
        slug=slug,
        name=name,
        zone=zone,
        currency=currency,
        locale=locale,
        region=region,
    )
    try:
        with store.write():
            row.save(force_insert=True)
    except IntegrityError as taken:
        raise SlugTaken(slug=slug) from taken
    return _ref(row)


def get(org: int) -> OrgRef:
    return _named("id", org)


def by_slug(slug: str) -> OrgRef:
    return _named("slug", slug)


def _named(column: str, value: int | str) -> OrgRef:
    # Asked for by every webhook and every batch; the ORM takes ten times as long to ask.
    rows = store.rows_sql(
        "SELECT id, slug, name, zone, currency, locale, region "  # noqa: S608 - our own SQL
        f"FROM orgs_organization WHERE {column} = %s",
        [value],
    )
    if not rows:
        raise UnknownOrganization(org=value)
    return OrgRef(*rows[0])


def all_orgs() -> list[OrgRef]:
    return [_ref(row) for row in Organization.objects.order_by("id")]


def configure(  # noqa: PLR0913 - each is a setting
    org: int,
    *,
    name: str | None = None,
    zone: str | None = None,
    locale: str | None = None,
    region: str | None = None,
    quiet_from: time | Unset | None = UNSET,
    quiet_to: time | Unset | None = UNSET,
    caps: Iterable[Cap] | None = None,
    fees: Mapping[str, Fee] | None = None,
    identity: IdentityRules | None = None,
) -> OrgRef:
    """Change what is given, leave the rest. Caps, fees and identity rules are replaced whole.

    The currency stays: past amounts are in it. A new zone does not move days already recorded.
    """
    texts = {"name": name, "zone": zone, "locale": locale, "region": region}
    changed: dict[str, Any] = {key: value for key, value in texts.items() if value is not None}
    _check_shapes(**{key: value for key, value in changed.items() if key in _SHAPES})
    if zone is not None:
        _check_zone(zone)
    times = {"quiet_from": quiet_from, "quiet_to": quiet_to}
    changed |= {key: value for key, value in times.items() if value is not UNSET}
    if caps is not None:
        changed["caps"] = [_cap_out(cap) for cap in caps]
    if fees is not None:
        changed["fees"] = {key: _fee_out(key, fee) for key, fee in fees.items()}
    if identity is not None:
        changed["identity"] = asdict(identity)
    with store.write():
        row = _row(org)
        for key, value in changed.items():
            setattr(row, key, value)
        if (row.quiet_from is None) != (row.quiet_to is None):
            raise BadSetting(setting="quiet hours", value="half set: give both times or none")
        row.save(force_update=True)
    return _ref(row)


def identity(org: int) -> IdentityRules:
    """Return what the organisation wants where it is not certain who somebody is."""
    rows = Organization.objects.filter(id=org).values_list("identity", flat=True)
    for said in rows:
        return IdentityRules(**said)
    raise UnknownOrganization(org=org)


def quiet_hours(org: int) -> tuple[time, time] | None:
    rows = store.rows_sql("SELECT quiet_from, quiet_to FROM orgs_organization WHERE id = %s", [org])
    if not rows:
        raise UnknownOrganization(org=org)
    begin, end = rows[0]
    return None if begin is None or end is None else (begin, end)


def quiet_until(org: int, now: datetime, *, zone: str | None = None) -> datetime | None:
    """When the quiet hours `now` lies in end (UTC); None when it is not quiet.

    `zone` is the branch's or the person's own zone where one is known.
    """
    hours = quiet_hours(org)
    if hours is None:
        return None
    return windows.quiet_until(now, QuietHours(*hours), zone or get(org).zone)


def caps(org: int) -> list[Cap]:
    rows = store.rows_sql("SELECT caps FROM orgs_organization WHERE id = %s", [org])
    if not rows:
        raise UnknownOrganization(org=org)
    return [Cap(**cap) for cap in json.loads(rows[0][0])]


def fees(org: int) -> Fees:
    rows = store.rows_sql("SELECT fees FROM orgs_organization WHERE id = %s", [org])
    if not rows:
        raise UnknownOrganization(org=org)
    return Fees({key: Fee(**fee) for key, fee in json.loads(rows[0][0]).items()})


def local_day(org: int, when: datetime) -> date:
    return windows.local_day(when, get(org).zone)


def day_bounds(org: int, day: date) -> tuple[datetime, datetime]:
    """The instants between which the organisation's local `day` lies: begin ≤ x < end."""
    return windows.day_bounds(day, _row(org).zone)


def add_branch(org: int, slug: str, name: str, *, zone: str = "") -> BranchRef:
    """A branch of a chain; without a zone it lives in the organisation's."""
    _check_slug(slug)
    if zone:
        _check_zone(zone)
    row = Branch(id=ids.new_id(), org_id=_row(org).id, slug=slug, name=name, zone=zone)
    try:
        with store.write():
            row.save(force_insert=True)
    except IntegrityError as taken:
        raise SlugTaken(slug=slug) from taken
    return BranchRef(row.id, org, slug, name, zone or _row(org).zone)


def ensure_branch(org: int, slug: str, name: str, *, zone: str = "") -> BranchRef:
    """Add a branch, or give the one of this slug its name and zone; days already recorded stay."""
    with store.write():
        held = Branch.objects.filter(org=org, slug=slug).first()
        if held is None:
            return add_branch(org, slug, name, zone=zone)
        if zone:
            _check_zone(zone)
        if (held.name, held.zone) != (name, zone):
            held.name, held.zone = name, zone
            held.save(update_fields=("name", "zone"))
    return BranchRef(held.id, org, slug, name, zone or _row(org).zone)


def branches(org: int) -> list[BranchRef]:
    default = _row(org).zone
    rows = Branch.objects.filter(org=org).order_by("slug")
    return [BranchRef(row.id, org, row.slug, row.name, row.zone or default) for row in rows]


def _row(org: int) -> Organization:
    row = Organization.objects.filter(id=org).first()
    if row is None:
        raise UnknownOrganization(org=org)
    return row


def _ref(row: Organization) -> OrgRef:
    return OrgRef(row.id, row.slug, row.name, row.zone, row.currency, row.locale, row.region)


def _check_slug(slug: str) -> None:
    if len(slug) > _SLUG_MAX or _SLUG.fullmatch(slug) is None:
        raise BadSetting(setting="slug", value=slug)


def _check_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (LookupError, ValueError, OSError) as unknown:
        raise BadSetting(setting="zone", value=zone) from unknown


def _check_shapes(**values: str) -> None:
    for setting, value in values.items():
        if _SHAPES[setting].fullmatch(value) is None:
            raise BadSetting(setting=setting, value=value)


def _cap_out(cap: Cap) -> dict[str, Any]:
    if cap.count < 0 or cap.days < 1:
        raise BadSetting(setting="caps", value=f"{cap.count} in {cap.days} days")
    return {"channel": cap.channel, "count": cap.count, "days": cap.days}


def _fee_out(name: str, fee: Fee) -> dict[str, int]:
    if fee.minor < 0 or not 0 <= fee.per_mille <= _MILLE:
        raise BadSetting(setting=f"fees.{name}", value=f"{fee.minor} + {fee.per_mille}‰")
    return {"minor": fee.minor, "per_mille": fee.per_mille}
