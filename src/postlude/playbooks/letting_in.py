"""What people are let in to, and how."""

from typing import Annotated, Literal

from pydantic import Field

from postlude.playbooks.part import Part
from postlude.playbooks.scalars import (
    Pattern,
    Secret,
)


class Gather(Part):
    """A Gather space: the buyer's e-mail goes on its guest list."""

    kind: Literal["gather"]
    title: str
    """What the button in the mail says."""
    space: str
    """The space as in its URL: id/name."""
    api_key: Secret
    """The key of an admin or builder of the space."""
    base_url: str = ""
    link: str = ""
    """Where the button leads, if not to the space itself."""


class YouTube(Part):
    """An unlisted video, handed over as a personal link of our own that expires."""

    kind: Literal["youtube"]
    title: str
    """What the button in the mail says."""
    url: str
    """The unlisted video; buyers see our link, never this one."""


class Manual(Part):
    """A place that a person opens: a queue of e-mails with a "done" button."""

    kind: Literal["manual"]
    title: str
    """What the button in the mail says."""
    link: str
    """Where the button leads."""


class DiscordRole(Part):
    """A role in a Discord server, for the user whom the buyer named in the form."""

    kind: Literal["discord_role"]
    title: str
    """What the button in the mail says."""
    guild: str
    """The server's id."""
    role: str
    """The id of the role; the bot's own role must stand above it."""
    question: Pattern
    """The question of the form whose answer is the user name, or the user's id."""
    token: Secret = "${DISCORD_BOT_TOKEN}"  # noqa: S105 - a reference
    link: str = ""
    """Where the button leads, if not to the server itself: an invitation to it."""
    base_url: str = ""


Resource = Annotated[Gather | YouTube | Manual | DiscordRole, Field(discriminator="kind")]
