"""Personal links: ours, signed, expiring, and dead the moment the access is taken away."""

import json
import logging
import struct
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from postlude.access import reading
from postlude.access.authorisers import registry
from postlude.access.models import Grant
from postlude.access.types import Gone, GoneReason, GrantFact, State, Target
from postlude.kernel import store, tokens
from postlude.kernel.errors import AppError, BadToken
from postlude.messages.types import Leased
from postlude.orders import api as orders

_log = logging.getLogger(__name__)
PURPOSE = "access.go"
_PAYLOAD = ">QI"  # grant, edition
_USUAL_DAYS = 30
_WITHOUT_END = timedelta(days=180)

SAMPLE: Mapping[str, Any] = {
    "links": [
        {"key": "gather", "kind": "gather", "title": "Gather Town", "url": "https://example.test/"}
    ],
    "by_key": {"*": {"key": "*", "kind": "*", "title": "Title", "url": "https://example.test/"}},
}


def link_for(org: int, grants: Collection[int]) -> dict[int, str]:
    """Return the personal link of each grant; the same until the address or the end changes.

    It lives until the event's end and `link_days` more.
    """
    found: dict[int, str] = {}
    ends = {row.id: row.ends_at for row in orders.conferences(org)}
    base = str(settings.POSTLUDE_BASE_URL)
    for chunk in store.chunks(sorted(set(grants)), 500):
        rows = store.rows_sql(
            "SELECT g.id, g.edition, g.conference, g.created_at, r.settings "  # noqa: S608 - ours
            "FROM access_grant g JOIN access_resource r ON r.id = g.resource_id "
            f"WHERE g.org_id = %s AND g.id IN ({store.marks(chunk)})",
            [org, *chunk],
        )
        for grant, edition, conference, created, given in rows:
            days = int(json.loads(given).get("link_days", _USUAL_DAYS))
            end = ends.get(conference)
            since = store.known_instant(created)
            expires = end + timedelta(days=days) if end else since + _WITHOUT_END
            payload = struct.pack(_PAYLOAD, grant, edition)
            found[grant] = f"{base}/go/{tokens.sign(PURPOSE, payload, expires=expires)}"
    return found


def follow(token: str, *, now: datetime) -> Target | Gone:
    """Return where a personal link leads now, or why it leads nowhere. Writes nothing."""
    try:
        grant, edition = struct.unpack(_PAYLOAD, tokens.verify(PURPOSE, token, now=now))
    except BadToken as error:
        expired = error.fields.get("reason") == "expired"
        return Gone(GoneReason.EXPIRED if expired else GoneReason.UNKNOWN)
    except struct.error:
        return Gone(GoneReason.UNKNOWN)
    row = Grant.objects.filter(id=grant).select_related("resource").first()
    if row is None:
        return Gone(GoneReason.UNKNOWN)
    reason = _why_not(row, edition)
    if reason is not None:
        return Gone(reason, row.org_id, row.id)
    return _target(row)


def leading_somewhere(org: int, grants: Collection[int]) -> set[int]:
    """Return which of these grants are granted and have a link that there is something behind."""
    found: set[int] = set()
    for chunk in store.chunks(sorted(set(grants)), 500):
        rows = Grant.objects.filter(org=org, id__in=chunk, state=State.GRANTED)
        for row in rows.select_related("resource"):
            target = _target(row)
            if isinstance(target, Target) and target.url:
                found.add(row.id)
    return found


def _why_not(row: Grant, edition: int) -> GoneReason | None:
    if row.state == State.REVOKED:
        return GoneReason.REVOKED
    if row.edition != edition:
        return GoneReason.REPLACED
    return None if row.state == State.GRANTED else GoneReason.NOT_READY


def _target(row: Grant) -> Target | Gone:
    resource = row.resource
    try:
        url = registry.of(resource.kind, resource=resource.key).place(resource.settings)
    except AppError as error:  # a reference that is not set: ours to mend, not the person's
        _log.error("a resource has no address", extra={"resource": resource.id, "code": error.code})
        return Gone(GoneReason.NOT_READY, row.org_id, row.id)
    return Target(url, row.org_id, row.id, row.contact, row.conference, resource.key)


def providers() -> list[tuple[str, Any, Any]]:
    """Return (name, fn, sample) for `messages.register_provider`: `access` in templates."""
    return [("access", _access, SAMPLE)]


def _access(org: int, leased: Sequence[Leased]) -> dict[int, dict[str, Any]]:
    """The links of what each message's contact has been granted, at the moment of rendering."""
    wanted: dict[int, list[Leased]] = {}
    for each in leased:
        wanted.setdefault(int(each.context.get("conference", 0)), []).append(each)
    values: dict[int, dict[str, Any]] = {}
    for conference, some in wanted.items():
        held = reading.grants_of(org, {each.contact for each in some}, conference)
        granted = {
            contact: [fact for fact in facts if fact.state == State.GRANTED]
            for contact, facts in held.items()
        }
        urls = link_for(org, [fact.id for facts in granted.values() for fact in facts])
        for each in some:
            links = [_shown(fact, urls[fact.id]) for fact in granted.get(each.contact, [])]
            by_key = {link["key"]: link for link in links}
            values[each.message] = {"links": links, "by_key": by_key}
    return values


def _shown(fact: GrantFact, url: str) -> dict[str, str]:
    return {"key": fact.resource, "kind": fact.kind, "title": fact.title, "url": url}
