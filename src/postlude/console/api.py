"""What `wiring` and chatops may ask of the console."""

from datetime import datetime

from postlude.console.readiness import Readiness, check
from postlude.console.readings import conferences
from postlude.console.readings import sales as reading
from postlude.console.readings.message_filters import Asked as MessagesAsked
from postlude.console.readings.message_lines import Line as MessageLine
from postlude.console.readings.message_lines import Told as MessageTold
from postlude.console.readings.message_lines import page as messages
from postlude.console.readings.message_lines import told as message
from postlude.console.rest.forgetting import forget as forget_requests
from postlude.console.terminal import as_json, render
from postlude.console.timeline import find, timeline
from postlude.console.types import SalesPage
from postlude.orgs.types import OrgRef

__all__ = (
    "MessageLine",
    "MessageTold",
    "MessagesAsked",
    "Readiness",
    "as_json",
    "check",
    "find",
    "forget_requests",
    "message",
    "messages",
    "render",
    "sales",
    "timeline",
)


def sales(org: OrgRef, *, now: datetime) -> SalesPage:
    """Return the first page of the newest conference as values."""
    conference, _ = conferences.chosen(org.id, "")
    return reading.page(org, conference, now=now)
