"""What chatops refuses.

AppError
├── NotAReference (ValueError)
├── UnreadableInteraction    the body is no interaction
├── NotFromDiscord           the signature is missing, wrong or old
├── NotSetUp                 this organisation has no Discord application
├── ElsewhereOnDiscord       the application or the server is another one
├── MayNot                   the caller's roles do not allow it
├── NoSuchEvent              no event of this organisation has this slug
├── BadRange                 the days cannot be read, or are the wrong way round
├── NobodyKnown              no buyer has this e-mail
├── NoTicketHere             the buyer holds no valid ticket of the conference
├── NobodyInvites            no journey invites to the event's conference
└── DiscordFailed            Discord said no, or nothing
"""

from postlude.kernel.errors import N_, AppError, BadInput, Forbidden, NotFound


class NotAReference(AppError, ValueError):
    """An address or secret was written out where a reference belongs."""

    code = "chatops.not_a_reference"
    http_status = 422
    message = "{setting} must be a reference such as ${{NAME}}."
    hint = "Put the value into the environment and name the variable here."


class UnreadableInteraction(BadInput):
    """The body is no interaction."""

    code = "chatops.unreadable"
    message = "The body is not an interaction of Discord."


class NotFromDiscord(Forbidden):
    """The signature is missing, wrong or old."""

    code = "chatops.not_from_discord"
    http_status = 401
    message = "The signature is missing, wrong or old."
    hint = "Check the public key in the playbook, and this machine's clock."


class NotSetUp(AppError):
    """There is no Discord application to answer for."""

    code = "chatops.not_set_up"
    http_status = 503
    message = "Discord is not set up here."
    hint = "Name the application in the playbook's `discord` part; docs/howto/discord.md."


class ElsewhereOnDiscord(Forbidden):
    """Another application, or another server."""

    code = "chatops.elsewhere"
    message = N_("These commands belong to another Discord server.")
    hint = N_("Use them in the server of the organisation.")


class MayNot(Forbidden):
    """The caller's roles do not allow it."""

    code = "chatops.may_not"
    message = N_("None of your roles here allows this: it needs {permission}.")
    hint = N_("Ask for a role that has it; the playbook says which has, under `discord`.")


class NoSuchEvent(NotFound):
    """No event of this organisation has this slug."""

    code = "chatops.no_such_event"
    message = N_("There is no event {slug}.")
    hint = N_("Take one from the list that appears while you type, or look at /event list.")


class BadRange(BadInput):
    """The days cannot be read, or are the wrong way round."""

    code = "chatops.bad_range"
    message = N_("{text} is not a range of days.")
    hint = N_("Write 2022/03/05 and 2022/04/02, or both in one: 2022/03/05~2022/04/02.")


class NobodyKnown(NotFound):
    """No buyer has this e-mail."""

    code = "chatops.nobody_known"
    message = N_("No buyer is known by this e-mail.")
    hint = N_("Check the spelling; whoever has just paid is here within minutes.")


class NoTicketHere(AppError):
    """The buyer holds no valid ticket of the conference."""

    code = "chatops.no_ticket"
    http_status = 409
    message = N_("This buyer holds no valid ticket of the event's conference.")
    hint = N_("/event buyer says what became of the tickets.")


class NobodyInvites(NotFound):
    """No journey invites to the event's conference."""

    code = "chatops.nobody_invites"
    message = N_("No journey invites to this event's conference.")
    hint = N_("Apply a playbook with a journey that invites.")


class DiscordFailed(AppError):
    """Discord said no, or nothing."""

    code = "chatops.discord_failed"
    http_status = 502
    message = "Discord: {words}"
    hint = "Check the application id, the bot token and the server; postlude discord doctor."
