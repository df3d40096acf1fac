"""The shape of what a playbook says of credit: which opens and clicks an order is credited to."""

from datetime import timedelta
from typing import Literal

from pydantic import Field

from postlude.playbooks.part import Part
from postlude.playbooks.scalars import Day, Length

Channel = Literal["email", "sms", "line", "crescendo_line", "push", "messenger", "popup"]


class Attribution(Part):
    """Which opens and clicks an order is credited to. docs/why/attribution.md"""

    within: Length = timedelta(hours=24)
    """How long before an order an open or a click counts; at most 31 days."""
    channels: dict[Channel, Length] = Field(default_factory=dict)
    """Where a channel has a window of its own: `email: 5 days`."""
    model: Literal["first", "last", "linear", "position", "decay"] = "linear"
    """How the money of an order is shared among the clicks before it, where it is shared."""
    new_session_by_campaign: bool = False
    """Whether a page reached by another campaign begins another session, however soon."""
    counts: Literal["human", "filtered", "raw"] | None = None
    """Which opens and clicks count, in reports and for orders: those of people (`seed` at the
    command line), those without a sign of a machine, or all. None leaves it as it is."""
    identity: Literal["recipient", "clicker"] | None = None
    """Whose a click is that came from somebody else's browser. None leaves it as it is."""
    orders: list[Literal["shop", "tickets"]] | None = Field(None, min_length=1)
    """Which orders are credited: of the shop (a till, a site, an app), of tickets to events. None
    leaves it as it is: both, while nobody said."""
    tickets_since: Day | None = None
    """From which day on orders of tickets are credited. None leaves it as it is: all of them, or,
    where tickets were sold before they could be credited, those since the migration."""
    since: Day | None = None
    """From which day on `counts` and `identity` hold; else from the day of `apply`. Days before
    keep what they had."""
