"""What `wiring`, the console and chatops may ask of playbooks."""

from postlude.playbooks.applying import apply, validate
from postlude.playbooks.billing import Bill
from postlude.playbooks.comparing import Difference, differences
from postlude.playbooks.foreseeing import Foreseen
from postlude.playbooks.rooms import on_alerts, on_discord
from postlude.playbooks.schema import reference, schema
from postlude.playbooks.versions import text, versions

__all__ = (
    "Bill",
    "Difference",
    "Foreseen",
    "apply",
    "differences",
    "on_alerts",
    "on_discord",
    "reference",
    "schema",
    "text",
    "validate",
    "versions",
)
