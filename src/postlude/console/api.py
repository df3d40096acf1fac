"""What `wiring` and chatops may ask of the console."""

from datetime import datetime

from postlude.console.readiness import Readiness, check
from postlude.console.readings import conferences
from postlude.console.readings import sales as reading
from postlude.console.rest.once import forget as forget_requests
from postlude.console.terminal import as_json, render
from postlude.console.timeline import find, timeline
from postlude.console.types import SalesPage
from postlude.orgs.types import OrgRef

__all__ = (
    "Readiness",
    "as_json",
    "check",
    "find",
    "forget_requests",
    "render",
    "sales",
    "timeline",
)


def sales(org: OrgRef, *, now: datetime) -> SalesPage:
    """Return the first page of the newest conference as values."""
    conference, _ = conferences.chosen(org.id, "")
    return reading.page(org, conference, now=now)
