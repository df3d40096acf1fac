"""Errors of the ways out.

ChannelError
├── UnknownChannel       no vendor folder of that name is registered
├── NotSupported         the vendor lacks the feature; it never vanishes silently
├── MissingSdk           an extra of the package is not installed
├── NoAccess             the vendor gives no token for the sender's account
├── CannotAnnounce       an announcement that cannot be made, and what to do
└── BadSenderSettings    a sender's settings cannot be used
"""

from datetime import datetime

from postlude.kernel.errors import N_, AppError


class ChannelError(AppError):
    """A channel cannot do this."""

    code = "channel_error"
    message = N_("The channel cannot do this.")


class UnknownChannel(ChannelError, LookupError):
    """No such channel."""

    code = "unknown_channel"
    message = N_("There is no channel called {channel}.")


class NotSupported(ChannelError):
    """The vendor has no such feature."""

    code = "not_supported"
    message = N_("{channel} has no {feature}.")


class MissingSdk(ChannelError):
    """The vendor's SDK is not installed."""

    code = "missing_sdk"
    message = N_("{sdk} is not installed.")
    hint = N_("Install Postlude with its extra: pip install 'postlude[{extra}]'.")


class NoAccess(ChannelError):
    """The vendor gives no access token."""

    code = "no_access"
    message = N_("{vendor} gives no access token: {words}.")


class CannotAnnounce(ChannelError, ValueError):
    """An announcement cannot be made like this."""

    code = "cannot_announce"
    http_status = 422
    message = N_("This cannot be announced: {problem}.")


class BadSenderSettings(ChannelError, ValueError):
    """A sender's settings cannot be used."""

    code = "bad_sender_settings"
    message = N_("The sender's setting {setting} is missing or cannot be used.")
    hint = N_("Set it in the playbook's sender; secrets as ${NAME} of the environment.")


class Wait(Exception):
    """A dispatch can do nothing more before `due`; None is a while that grows with failures."""

    def __init__(self, due: datetime | None, reason: str, *, failed: bool = False) -> None:
        super().__init__(reason)
        self.due = due
        self.reason = reason
        self.failed = failed


class Failed(Exception):
    """A dispatch will never be sent: what the vendor said."""
