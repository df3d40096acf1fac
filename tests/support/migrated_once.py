"""A database with its tables: migrated once in a run of the suite, copied by everybody after that.

Migrating takes half a minute of a processor. The first worker that needs a database migrates its
own and leaves a copy; the other workers, the homes of commands and the zygotes take theirs from it.
Where nobody set POSTLUDE_TEST_TEMPLATE (a benchmark, a command by hand) there is nothing to take.
"""

import atexit
import contextlib
import fcntl
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings

_VARIABLE = "POSTLUDE_TEST_TEMPLATE"


def begin(folder: Path) -> None:
    """Say where the copy will be, unless the process that started this one has said it."""
    if not os.environ.get(_VARIABLE):
        os.environ[_VARIABLE] = str(folder)
        atexit.register(_forget)


def offered() -> bool:
    """Whether there is something to copy."""
    return bool(os.environ.get(_VARIABLE)) and _made().exists()


def copy_to(database: str) -> None:
    """Make a database: a file on SQLite, else the name of one that is not there yet."""
    if _is_file(database):
        Path(database).parent.mkdir(parents=True, exist_ok=True)
        _copied(_file(), Path(database))
    else:
        _ask(f'CREATE DATABASE "{database}" TEMPLATE "{_name()}"')


def take_over(creation: Any) -> None:
    """Let Django's test database be a copy of the first one that was made in this run."""
    migrate = creation.create_test_db

    def create_test_db(*arguments: Any, **options: Any) -> str:
        with _alone():
            if not offered():
                name = str(migrate(*arguments, **options))
                creation.connection.close()
                _keep(name)
                return name
        name = str(creation._get_test_db_name())
        copy_to(name)
        creation.connection.close()
        for each in (
            settings.DATABASES[creation.connection.alias],
            creation.connection.settings_dict,
        ):
            each["NAME"] = name
        return name

    creation.create_test_db = create_test_db


def _keep(database: str) -> None:
    if _is_file(database):
        _copied(Path(database), _file())
    else:
        _ask(f'CREATE DATABASE "{_name()}" TEMPLATE "{database}"')
    _made().touch()


def _copied(source: Path, target: Path) -> None:
    with (
        contextlib.closing(sqlite3.connect(source)) as one,
        contextlib.closing(sqlite3.connect(target)) as other,
    ):
        one.backup(other)


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    _folder().mkdir(parents=True, exist_ok=True)
    with (_folder() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _is_file(database: str) -> bool:
    return "/" in database  # the name of a worker's own ends with the worker's


def _folder() -> Path:
    return Path(os.environ[_VARIABLE])


def _made() -> Path:
    return _folder() / "made"


def _file() -> Path:
    return _folder() / "migrated.sqlite3"


def _name() -> str:
    """The name of the copy on PostgreSQL: that of the run's folder, which nobody else has."""
    return _folder().parent.name.replace("-", "_") + "_template"


def _ask(statement: str) -> None:
    server = os.environ.get("POSTLUDE_TEST_POSTGRESQL", "postgresql:///postgres")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[arg-type]


def _forget() -> None:
    if offered() and not _file().exists():
        _ask(f'DROP DATABASE IF EXISTS "{_name()}" WITH (FORCE)')
