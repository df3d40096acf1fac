"""Errors of the warehouse.

WarehouseError
├── WarehouseBusy        another process has the file open: wait, nothing is lost
│   └── WarehouseOvertaken   another loader has begun to write to the dataset
├── WarehouseTooNew      a newer Postlude made this warehouse
├── WarehouseUnreadable  the file is not a warehouse, or cannot be written
├── WarehouseAway        far away, slow or broken for the moment: tried again
├── WarehouseQuota       no more for a while; says until when
├── WarehouseForbidden   the credentials are missing, wrong, or may not do this
├── WarehouseRefused     what we asked for was refused: a person has to look
├── ForeignTable         a table over there is not as we make it
├── ClientMissing        the official client is not installed
├── BadTarget            POSTLUDE_WAREHOUSE cannot be read
├── BadExport            an export was asked for wrongly
└── BadPolicy            a rule of what may be kept cannot be accepted
RowsRefused              the rows of a batch were refused, not the batch's warehouse
"""

from datetime import datetime

from postlude.kernel.errors import N_, AppError


class WarehouseError(AppError):
    """The warehouse could not be used."""

    code = "warehouse"
    http_status = 503
    message = N_("The warehouse could not be used: {words}")
    until: datetime | None = None  # before this instant it is not worth another try


class WarehouseBusy(WarehouseError):
    """Another process has the warehouse file open."""

    code = "warehouse_busy"
    message = N_("Another process has the warehouse file {path} open.")
    hint = N_("Close the other DuckDB session. Sales wait in line and are loaded afterwards.")


class WarehouseOvertaken(WarehouseBusy):
    """Another loader has begun to write."""

    code = "warehouse_overtaken"
    message = N_("Another loader has begun to write to {path}.")
    hint = N_("Nothing to do: the rows wait in line. One `worker` loads as fast as two.")


class WarehouseTooNew(WarehouseError):
    """The warehouse was made by a newer Postlude."""

    code = "warehouse_too_new"
    message = N_("The warehouse has schema version {found}, this Postlude knows {known}.")
    hint = N_("Upgrade Postlude, or point POSTLUDE_WAREHOUSE at another file.")


class WarehouseUnreadable(WarehouseError):
    """The warehouse file cannot be read or written."""

    code = "warehouse_unreadable"
    hint = N_("Check the path, the free space and the permissions of POSTLUDE_WAREHOUSE.")


class WarehouseAway(WarehouseError):
    """The warehouse is far away, slow or broken for the moment."""

    code = "warehouse_away"
    message = N_("The warehouse does not answer as it should: {words}")
    hint = N_("Nothing to do at first: it is tried again by itself. Sales wait in line.")


class WarehouseQuota(WarehouseError):
    """A quota over there is used up."""

    code = "warehouse_quota"
    message = N_("The warehouse's quota is used up, nothing is loaded until {shown}: {words}")
    hint = N_("Load less often (`?every=`), or ask for more under IAM & Admin, Quotas.")

    def __init__(self, *, words: str, shown: str, until: datetime) -> None:
        super().__init__(words=words, shown=shown)
        self.until = until


class WarehouseForbidden(WarehouseError):
    """The credentials are missing, wrong, or may not do this."""

    code = "warehouse_forbidden"
    message = N_("The warehouse does not let us in: {words}")
    hint = N_(
        "Give POSTLUDE_BIGQUERY_CREDENTIALS_FILE the key of a service account with the roles "
        "“BigQuery Data Editor” on the dataset and “BigQuery Job User” on the project."
    )


class WarehouseRefused(WarehouseError):
    """The warehouse refused what we asked for."""

    code = "warehouse_refused"
    message = N_("The warehouse refuses: {words}")
    hint = N_("`postlude doctor` says what it finds there; docs/howto/bigquery.md what to do.")


class ForeignTable(WarehouseError):
    """A table over there is not as we make it."""

    code = "warehouse_foreign_table"
    message = N_("The table {table} is not one of ours: {words}.")
    hint = N_("Give our tables other names: `?tables=sales_{kind}`, or another dataset.")


class ClientMissing(WarehouseError):
    """The official client is not installed."""

    code = "warehouse_client_missing"
    message = N_("BigQuery's client is not installed.")
    hint = N_("pip install 'postlude[bigquery]'")


class RowsRefused(AppError, ValueError):
    """The warehouse refused the rows of a batch."""

    code = "warehouse_rows_refused"
    message = N_("The warehouse refused rows: {words}")
    hint = N_("The other rows are loaded; these are shown under Attention.")


class BadTarget(WarehouseError, ValueError):
    """POSTLUDE_WAREHOUSE cannot be read."""

    code = "warehouse_bad_target"
    message = N_("POSTLUDE_WAREHOUSE cannot be read: {words}.")
    hint = N_("A path, or bigquery://project/dataset?location=asia-east1&every=120")


class BadExport(WarehouseError, ValueError):
    """An export was asked for wrongly."""

    code = "bad_export"
    http_status = 400
    message = N_("Nothing was exported: {words}.")
    hint = N_("docs/reference/export.md lists the kinds.")


class BadPolicy(WarehouseError, ValueError):
    """A rule of what may be kept cannot be accepted."""

    code = "warehouse_bad_policy"
    http_status = 400
    message = N_("{words}")
