"""SMTP is for laptops: opens, clicks and bounces never come back from it."""

from django.conf import settings

from postlude.channels.errors import ChannelError
from postlude.kernel.errors import N_


class SmtpNotAllowed(ChannelError):
    """SMTP is not allowed in production."""

    code = "smtp_not_allowed"
    message = N_("SMTP is refused in production: bounces and complaints would never come back.")
    hint = N_("Use the channel mailgun, or set POSTLUDE_ALLOW_SMTP=1 if you know what is lost.")


def allowed() -> bool:
    """Say whether this installation may send by SMTP."""
    production = bool(getattr(settings, "POSTLUDE_PRODUCTION", False))
    return not production or bool(getattr(settings, "POSTLUDE_ALLOW_SMTP", False))
