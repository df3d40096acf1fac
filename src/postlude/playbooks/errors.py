"""Errors of playbooks.

PlaybookError
├── PlaybookInvalid     there are problems; nothing was changed
└── PlaybookMissing     there is no such file
"""

from collections.abc import Sequence

from postlude.kernel.errors import N_, AppError
from postlude.playbooks.types import Problem


class PlaybookError(AppError, ValueError):
    """The playbook could not be applied."""

    code = "playbook"
    message = N_("The playbook could not be applied.")


class PlaybookMissing(PlaybookError):
    """There is no such file."""

    code = "playbook_missing"
    message = N_("There is no file {path}.")
    hint = N_("Give the path of a playbook, such as playbooks/tickets.yaml.")


class PlaybookInvalid(PlaybookError):
    """The playbook has problems. Nothing was changed."""

    code = "playbook_invalid"
    message = N_("{count} problem(s) in the playbook; nothing was changed.\n{list}")

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        listed = "\n".join(str(problem) for problem in self.problems)
        super().__init__(count=len(self.problems), list=listed)
