"""A database URL as Django's settings: the two engines, each with what it needs to be safe."""

from typing import Any

import dj_database_url


def settings_of(url: str) -> dict[str, Any]:
    """Return DATABASES["default"] for a URL.

    SQLite: IMMEDIATE transactions (with the default mode concurrent writers die of "database is
    locked"), WAL, FULL. PostgreSQL: persistent connections, READ COMMITTED.
    """
    database: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=600))
    if database["ENGINE"].endswith("sqlite3"):
        database["CONN_MAX_AGE"] = None
        database["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
                "PRAGMA temp_store=MEMORY; PRAGMA cache_size=-16000;"
                "PRAGMA journal_size_limit=67108864;"
                # Django changes a table by making it anew; a view that reads it may not forbid it.
                "PRAGMA legacy_alter_table=ON"
            ),
        }
    else:
        database["CONN_HEALTH_CHECKS"] = True
        database["DISABLE_SERVER_SIDE_CURSORS"] = True
    return database
