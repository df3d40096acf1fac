"""What goes wrong between us and a source.

SourceError
├── SourceRefused      403: the token's rights or a firewall
│   └── TokenRefused   401
├── SourceBusy         429
├── SourceBroken       5xx
│   └── SourceUnreachable   no connection, a dropped answer, none in time
├── SourceGone         404: what we asked for is not there
├── SourceUnreadable   an answer that is not what it should be (HTML, truncated JSON)
└── SourceFailed       our own defect; it stops this poll, not the other sources
BadSource              a source's settings are wrong
"""

from postlude.kernel.errors import N_, AppError, BadInput


class SourceError(AppError):
    """A source did not do what it should."""

    code = "source_error"
    http_status = 502
    message = N_("{source} answered {what}.")


class SourceRefused(SourceError):
    """A source does not let us in."""

    code = "source_refused"
    hint = N_("Check the token, and whether it may still see the event.")


class TokenRefused(SourceRefused):
    """A source does not know our token."""

    code = "source_token_refused"
    hint = N_("Make a new token, set it in the environment and restart.")


class SourceBusy(SourceError):
    """A source wants us to slow down."""

    code = "source_busy"
    hint = N_("Nothing to do: the next poll waits longer.")


class SourceBroken(SourceError):
    """A source is in trouble."""

    code = "source_broken"
    hint = N_("Nothing to do if it passes; sales by webhook still arrive.")


class SourceUnreachable(SourceBroken):
    """A source did not answer."""

    code = "source_unreachable"
    message = N_("{source} cannot be reached ({what}).")


class SourceGone(SourceError, LookupError):
    """What was asked for is not there."""

    code = "source_gone"
    hint = N_("Was the event or the attendee removed?")


class SourceUnreadable(SourceError, ValueError):
    """A source's answer cannot be read."""

    code = "source_unreadable"
    hint = N_("A firewall page or a cut answer: try the URL by hand.")


class SourceFailed(SourceError):
    """We made a mistake."""

    code = "source_failed"
    message = N_("{source} was not polled: {what}.")
    hint = N_("This is a defect of Postlude; please report it. Webhook and CSV still work.")


class BadSource(BadInput):
    """A source's settings are wrong."""

    code = "bad_source"
    message = N_("The source {slug} is set wrongly: {words}.")
