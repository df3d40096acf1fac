"""By which sender the first letter of each node goes, by the versions of journeys."""

from collections.abc import Iterator, Mapping
from typing import Any

from postlude.journeys.models import JourneyVersion


def first_senders(org: int) -> dict[tuple[int, str], str]:
    """Return the sender's slug by (version, node), as messages call a node; of every version."""
    rows = JourneyVersion.objects.filter(org=org).values_list("id", "journey__slug", "definition")
    return {
        (version, node): sender
        for version, slug, definition in rows
        for node, sender in _nodes(slug, definition)
    }


def _nodes(slug: str, definition: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for selection in definition.get("selections", ()):
        for way in selection["ways"][:1]:
            yield f"{slug}.{selection['name']}", way["send"]["sender"]
    for node in definition.get("nodes", ()):
        if "letter" in node:
            yield f"{slug}.{node['name']}", node["letter"]["sender"]
        elif "sender" in node:
            yield node["name"], node["sender"]
