"""Resources and the map from tickets to them, as the playbook says them."""

from collections.abc import Sequence
from datetime import datetime

from postlude.access import retrying
from postlude.access.authorisers import registry
from postlude.access.errors import UnknownResource
from postlude.access.events import CHANGED
from postlude.access.models import AccessRule
from postlude.access.models import Resource as ResourceRow
from postlude.access.types import MapRule, Resource
from postlude.kernel import boundaries, ids, store, work
from postlude.orders import api as orders

UNMAPPED = "unmapped_ticket_type"


def check_resource(resource: Resource) -> list[str]:
    """Return what is wrong with a resource's settings, in words; empty when it will do."""
    found = registry.of(resource.kind, resource=resource.key).problems(resource.settings)
    days = resource.settings.get("link_days", "30")
    return found if str(days).isdecimal() else [*found, "link_days must be a number of days"]


def define_resources(
    org: int, conference: int, resources: Sequence[Resource], *, now: datetime
) -> None:
    """Replace the conference's resources; those left out stay for their grants, but open nothing.

    A changed resource is tried again for everybody it had failed for.
    """
    for resource in resources:
        registry.of(resource.kind, resource=resource.key)
    with store.write():
        known = {row.key: row for row in ResourceRow.objects.filter(org=org, conference=conference)}
        left_out = set(known) - {resource.key for resource in resources}
        ResourceRow.objects.filter(org=org, conference=conference, key__in=left_out).update(
            active=False
        )
        for position, resource in enumerate(resources):
            _define(org, conference, position, resource, known.get(resource.key), now)
        work.publish(CHANGED, org, [conference])
    boundaries.crossing("access.resources_defined")


def _define(  # noqa: PLR0913, PLR0917 - one row is what it is
    org: int,
    conference: int,
    position: int,
    resource: Resource,
    row: ResourceRow | None,
    now: datetime,
) -> None:
    row = row or ResourceRow(org_id=org, conference=conference, key=resource.key)
    settings = dict(resource.settings)
    changed = (row.kind, row.settings, row.active) != (resource.kind, settings, True)
    row.kind, row.settings = resource.kind, settings
    row.title, row.position, row.active = resource.title or resource.key, position, True
    row.save()
    if changed:
        retrying.mended(org, row.id, now=now, actor="", why="the resource was changed")


def define_map(org: int, conference: int, rules: Sequence[MapRule], *, now: datetime) -> None:
    """Replace the map, first fit wins; people who wait for access are looked at again."""
    with store.write():
        named = {key for rule in rules for key in rule.resources}
        rows = ResourceRow.objects.filter(org=org, conference=conference, active=True)
        missing = named - set(rows.values_list("key", flat=True))
        if missing:
            raise UnknownResource(resource=", ".join(sorted(missing)))
        if [_plain(rule) for rule in rules] == [_plain(rule) for rule in rules_of(org, conference)]:
            return
        AccessRule.objects.filter(org=org, conference=conference).delete()
        store.insert_many(
            AccessRule,
            ("id", "org", "conference", "position", "event", "ticket_type", "resources"),
            [
                (ids.new_id(), org, conference, position, *_plain(rule))
                for position, rule in enumerate(rules)
            ],
        )
        # What is still unmapped is warned of again when its people are looked at.
        orders.close(org, UNMAPPED, now=now)
        work.publish(CHANGED, org, [conference])
    boundaries.crossing("access.map_defined")


def _plain(rule: MapRule) -> tuple[str, str, list[str]]:
    return rule.event, rule.ticket_type, list(rule.resources)


def rules_of(org: int, conference: int) -> list[MapRule]:
    """Return the map, in order."""
    rows = AccessRule.objects.filter(org=org, conference=conference).order_by("position")
    return [MapRule(row.event, row.ticket_type, tuple(row.resources)) for row in rows]
