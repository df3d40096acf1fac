"""Errors of the ways out.

ChannelError
├── UnknownChannel       no vendor folder of that name is registered
├── NotSupported         the vendor lacks the feature; it never vanishes silently
├── MissingSdk           an extra of the package is not installed
└── BadSenderSettings    a sender's settings cannot be used
"""

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
    message = N_("Klaviyo's SDK is not installed.")
    hint = N_("Install Postlude with its extra: pip install 'postlude[klaviyo]'.")


class BadSenderSettings(ChannelError, ValueError):
    """A sender's settings cannot be used."""

    code = "bad_sender_settings"
    message = N_("The sender's setting {setting} is missing or cannot be used.")
    hint = N_("Set it in the playbook's sender; secrets as ${NAME} of the environment.")
