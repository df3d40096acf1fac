"""What can go wrong with journeys.

AppError
├── BadJourney           a definition that cannot run
├── NoJourney            nobody invites to this conference
├── NoTicket             the contact holds no valid ticket
└── NoAccess             there is no access to write of
"""

from postlude.kernel.errors import N_, AppError, NotFound


class BadJourney(AppError, ValueError):
    """The journey cannot run."""

    code = "bad_journey"
    message = N_("The journey {journey} cannot run: {problems}.")


class NoJourney(NotFound):
    """No journey invites to this conference."""

    code = "no_journey"
    message = N_("No journey invites to this conference.")
    hint = N_("Apply a playbook with a journey that has a send node.")


class NoTicket(AppError):
    """The contact holds no valid ticket."""

    code = "no_ticket"
    http_status = 409
    message = N_("This buyer holds no valid ticket of the conference.")


class NoAccess(AppError):
    """Nothing has been granted yet."""

    code = "no_access"
    http_status = 409
    message = N_("Nothing has been granted to this buyer yet.")
    hint = N_("Look at the resources that fail; the invitation follows as soon as one is granted.")
