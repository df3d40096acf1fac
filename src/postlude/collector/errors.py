"""Errors of the collector.

AppError
└── BadInput
    └── NoReason    a hit is to be dropped, and nobody says why
"""

from postlude.kernel.errors import N_, BadInput


class NoReason(BadInput):
    """What is dropped is gone: somebody must say why."""

    code = "no_reason"
    message = N_("Nobody said why.")
    hint = N_("Give a reason, such as --reason 'test traffic of the 3rd'.")
