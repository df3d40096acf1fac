"""What messages refuses.

AppError
├── UnknownSender (LookupError)
├── UnknownTemplate (LookupError)
├── BadSender (ValueError)
├── UnsafeHeader (ValueError)
├── NotAllowed (RuntimeError)      a transition the states do not know
├── UnknownDispatch (LookupError)
├── DispatchLost (RuntimeError)    another worker has taken it over, or it was cancelled
├── NotSplittable (ValueError)     a text that a vendor cannot put together
└── BadTemplate (ValueError)
    ├── TemplateSyntax
    └── UnknownPlaceholder
"""

from postlude.kernel.errors import N_, AppError


class UnknownSender(AppError, LookupError):
    """There is no sender {sender}."""

    code = "messages.unknown_sender"
    http_status = 404
    message = N_("There is no sender {sender}.")
    hint = N_("Senders are declared in the playbook under `senders`.")


class UnknownTemplate(AppError, LookupError):
    """There is no template {template}."""

    code = "messages.unknown_template"
    http_status = 404
    message = N_("There is no template {template}.")
    hint = N_("Templates are declared in the playbook under `templates`.")


class BadSender(AppError, ValueError):
    """A sender that cannot work."""

    code = "messages.bad_sender"
    http_status = 422
    message = N_("Sender {sender}: {problem}")


class UnsafeHeader(AppError, ValueError):
    """A header value with a line break in it, which could smuggle in other headers."""

    code = "messages.unsafe_header"
    http_status = 422
    message = N_("The header {name} would contain a line break.")
    hint = N_("Remove line breaks from the subject, the names and the addresses.")


class NotAllowed(AppError, RuntimeError):
    """A transition that the states do not know."""

    code = "messages.not_allowed"
    http_status = 409
    message = N_("A message that is {state} cannot become {wanted}.")


class UnknownDispatch(AppError, LookupError):
    """There is no announcement {key}."""

    code = "messages.unknown_dispatch"
    http_status = 404
    message = N_("There is no announcement {key}.")
    hint = N_("`postlude announcements list` shows those that there are.")


class DispatchLost(AppError, RuntimeError):
    """Another worker has taken a dispatch over, or it was cancelled meanwhile."""

    code = "messages.dispatch_lost"
    http_status = 409
    message = N_("The announcement {key} is no longer in these hands.")


class NotSplittable(AppError, ValueError):
    """A text that cannot be taken apart into what is the same for all and personal pieces."""

    code = "messages.not_splittable"
    http_status = 422
    message = N_(
        "The template uses “{what}” on line {line}, which an announcement to a list cannot."
    )
    hint = N_("Use placeholders, `if` and `for`; or send it message by message.")


class BadTemplate(AppError, ValueError):
    """A template that cannot be published. `fields` has locale, part and line."""

    code = "messages.bad_template"
    http_status = 422
    message = N_("{locale} {part}, line {line}: {problem}")


class TemplateSyntax(BadTemplate):
    """A template that cannot be read."""

    code = "messages.template_syntax"


class UnknownPlaceholder(BadTemplate):
    """A name that no provider fills."""

    code = "messages.unknown_placeholder"
