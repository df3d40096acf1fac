"""The team: whom to tell when something is wrong, and who may do what from Discord."""

from datetime import timedelta

from pydantic import Field

from postlude.playbooks.part import Part
from postlude.playbooks.scalars import (
    Length,
    May,
    Secret,
)


class Alerts(Part):
    """Whom to tell when something is wrong, and when."""

    discord: Secret = ""
    """A channel webhook."""
    emails: list[Secret] = Field(default_factory=list)
    """Each names one address, or several with commas between."""
    smtp: Secret = ""
    """smtp://user:password@host:port, for mail to the staff."""
    email_from: str = ""
    invitation_late: Length = timedelta(minutes=5)
    """How long after the payment an invitation is late."""
    source_silent: Length | None = None
    """One limit for all sources, in place of their `silent_after`."""


class Line(Part):
    """What a role or a user of your Discord server may do here; exactly one of the two is given."""

    role: str = ""
    """The id of a role, or `everyone` in the server."""
    user: str = ""
    """The id of a user."""
    may: May
    """One of Postlude's roles, or its permissions one by one."""


class Discord(Part):
    """Your application at Discord: the commands of the team. docs/howto/discord.md"""

    application: str
    """The application's id."""
    public_key: str
    """Tells Discord's calls from all others."""
    token: Secret
    """The bot's token; only registering the commands needs it."""
    guild: str = ""
    """The id of your server; commands from other servers are refused."""
    base_url: str = ""
    who: list[Line] = Field(default_factory=list)
    """Who may what. Whoever fits no line may nothing."""
