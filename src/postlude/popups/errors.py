"""What popups refuses.

AppError
├── BadPopup             a popup that cannot be published
├── BadPass              a pass that we did not make, or that has expired
└── UnknownPopup         there is no popup of that name
"""

from postlude.kernel.errors import N_, AppError, BadInput, NotFound


class BadPopup(AppError, ValueError):
    """A popup that cannot be published."""

    code = "bad_popup"
    http_status = 422
    message = N_("The popup {popup} cannot be shown: {problem}.")


class BadPass(BadInput):
    """A pass that we did not make, that is another browser's, or that has expired."""

    code = "bad_pass"
    http_status = 422
    message = N_("This pass shows no popup.")
    hint = N_("Fetch the popup again: a pass is of one browser and lasts an hour.")


class UnknownPopup(NotFound):
    """There is no popup of that name."""

    code = "unknown_popup"
    message = N_("There is no popup “{popup}”.")
    hint = N_("Popups are declared in the playbook under `popups`.")
