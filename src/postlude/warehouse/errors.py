"""Errors of the warehouse.

WarehouseError
├── WarehouseBusy        another process has the file open: wait, nothing is lost
├── WarehouseTooNew      a newer Postlude made this warehouse
├── WarehouseUnreadable  the file is not a warehouse, or cannot be written
└── BadPolicy            a rule of what may be kept cannot be accepted
"""

from postlude.kernel.errors import N_, AppError


class WarehouseError(AppError):
    """The warehouse could not be used."""

    code = "warehouse"
    http_status = 503
    message = N_("The warehouse could not be used: {words}")


class WarehouseBusy(WarehouseError):
    """Another process has the warehouse file open."""

    code = "warehouse_busy"
    message = N_("Another process has the warehouse file {path} open.")
    hint = N_("Close the other DuckDB session. Sales wait in line and are loaded afterwards.")


class WarehouseTooNew(WarehouseError):
    """The warehouse was made by a newer Postlude."""

    code = "warehouse_too_new"
    message = N_("The warehouse has schema version {found}, this Postlude knows {known}.")
    hint = N_("Upgrade Postlude, or point POSTLUDE_WAREHOUSE at another file.")


class WarehouseUnreadable(WarehouseError):
    """The warehouse file cannot be read or written."""

    code = "warehouse_unreadable"
    hint = N_("Check the path, the free space and the permissions of POSTLUDE_WAREHOUSE.")


class BadPolicy(WarehouseError, ValueError):
    """A rule of what may be kept cannot be accepted."""

    code = "warehouse_bad_policy"
    http_status = 400
    message = N_("{words}")
