"""What can go wrong when access is defined.

AppError
├── UnknownResource      the map names a resource that is not defined
└── UnknownKind          no authoriser of that kind
"""

from postlude.kernel.errors import N_, AppError


class UnknownResource(AppError, LookupError):
    """The map names a resource that is not defined."""

    code = "unknown_resource"
    message = N_("The map names the resource {resource}, which is not defined.")
    hint = N_("Define it under resources, or correct the name.")


class UnknownKind(AppError, LookupError):
    """There is no authoriser of that kind."""

    code = "unknown_resource_kind"
    message = N_("The resource {resource} is of the kind {kind}, which is not known.")
    hint = N_("Known kinds: {known}.")
