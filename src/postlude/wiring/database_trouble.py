"""What the database says, in words that say what to do.

DatabaseTrouble      it does not answer
├── NotMigrated      its tables are missing, or older than this version
└── DatabaseBusy     somebody else writes for long
"""

import re

from postlude.kernel.errors import N_, AppError

# "no such table", "no such column"; 'relation "x" does not exist', 'column x does not exist'.
_NOT_MIGRATED = re.compile(r"no such (table|column)|(relation|column) \S+ does not exist")


class DatabaseTrouble(AppError, ConnectionError):
    """The database does not answer."""

    code = "database_unreachable"
    http_status = 503
    message = N_("The database does not answer ({kind}).")
    hint = N_("Check POSTLUDE_DATABASE_URL; `postlude doctor` says more.")


class NotMigrated(DatabaseTrouble):
    """Tables are missing, or older than this version."""

    code = "not_migrated"
    message = N_("The tables of the database are missing, or older than this version.")
    hint = N_("Run `postlude migrate`.")


class DatabaseBusy(DatabaseTrouble):
    """Somebody else writes for long."""

    code = "database_busy"
    message = N_("The SQLite database is busy.")
    hint = N_("Wait for the running import, or use PostgreSQL.")


def trouble(error: Exception) -> DatabaseTrouble:
    """Turn an error of the database into one that says what to do."""
    words = str(error)
    if _NOT_MIGRATED.search(words):
        return NotMigrated()
    if "locked" in words:
        return DatabaseBusy()
    return DatabaseTrouble(kind=type(error).__name__)
