"""What chatops refuses.

AppError
└── NotAReference (ValueError)
"""

from postlude.kernel.errors import AppError


class NotAReference(AppError, ValueError):
    """An address or secret was written out where a reference belongs."""

    code = "chatops.not_a_reference"
    http_status = 422
    message = "{setting} must be a reference such as ${{NAME}}."
    hint = "Put the value into the environment and name the variable here."
