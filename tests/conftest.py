"""The suite runs once per engine: `pytest --engine sqlite` (default) and `--engine postgresql`."""

import argparse
import atexit
import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest

# Cores are shared: how long one example takes says nothing about it.
hypothesis.settings.register_profile(
    "shared", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("shared")

_DATABASE_FOLDERS = ("integration", "races", "acceptance")
# Where the longest files are; what stands nowhere here comes last.
_ORDER = (
    ("acceptance",),
    ("integration", "wiring"),  # months of a restaurant
    ("integration", "console"),
    ("races",),
    ("integration", "journeys"),
    ("integration",),
)
_KEYS = "1:" + "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--engine", default=_ENGINE, choices=("sqlite", "postgresql"), help="which database"
    )
    parser.addoption("--full", action="store_true", help="what is shared out: all on each engine")


def _wanted_engine() -> str:
    """Return the engine from the command line; workers of xdist have it in their environment."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--engine", default=os.environ.get("POSTLUDE_TEST_ENGINE", "sqlite"))
    return str(parser.parse_known_args(sys.argv[1:])[0].engine)


def _configure() -> bool:
    """Name the database and set Django up, before any other module is imported.

    Returns whether the engine is there. Settings in pyproject.toml would be read too early: they
    would name the developer's own database and folder.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if worker:
        atexit.register(_leave)  # the first one registered is the last one to run
    # Tests are thousands of little commits, and what they test is not the disk: a file that lives in
    # memory, and a server that says yes before it is on the disk. What is killed is ours alone.
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    home = Path(tempfile.mkdtemp(prefix="postlude-test-", dir=memory))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    if memory:  # where `tmp_path` is made, in which servers are started
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", memory)
    _compile_once(home)
    os.environ["PGOPTIONS"] = "-c synchronous_commit=off"
    os.environ["POSTLUDE_TEST_ENGINE"] = _ENGINE
    os.environ["POSTLUDE_HOME"] = str(home)
    os.environ.setdefault("POSTLUDE_SECRET_KEYS", _KEYS)
    os.environ["POSTLUDE_BASE_URL"] = "http://testserver"
    os.environ["DJANGO_SETTINGS_MODULE"] = "postlude.wiring.settings"
    url = postgresql_url() if _ENGINE == "postgresql" else None
    os.environ["POSTLUDE_DATABASE_URL"] = url or f"sqlite:///{home / 'dev.sqlite3'}"

    import django
    from django.conf import settings

    engine = settings.DATABASES["default"]
    name = f"postlude_test_{os.getpid()}{worker}"
    sqlite = engine["ENGINE"].endswith("sqlite3")
    engine.setdefault("TEST", {})["NAME"] = str(home / f"{name}.sqlite3") if sqlite else name
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    django.setup()

    from django.db import connection

    from support import emptied, migrated_once

    migrated_once.begin(home / "template")
    migrated_once.take_over(connection.creation)
    emptied.take_over()
    return url is not None or _ENGINE == "sqlite"


def _compile_once(folder: Path) -> None:
    """Keep the byte code of this run, where images of CI ask for none to be written.

    A test that starts a process would compile three thousand modules each time: 3 of its 5 seconds.
    """
    if sys.dont_write_bytecode:
        sys.dont_write_bytecode = False
        sys.pycache_prefix = str(folder / "bytecode")
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix


def postgresql_url() -> str | None:
    """Return the PostgreSQL to test on: POSTLUDE_TEST_POSTGRESQL, else the standard socket."""
    import psycopg

    url = os.environ.get("POSTLUDE_TEST_POSTGRESQL", "postgresql:///postgres")
    try:
        with psycopg.connect(url, connect_timeout=3):
            return url
    except psycopg.Error:
        return None


def _leave() -> None:
    """End a worker here, when all is told and tidied up.

    DuckDB's binding counts, when the interpreter is taken apart, what pytest holds of it still, and
    prints a page of names which hides what failed.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


_ENGINE = _wanted_engine()
_ENGINE_IS_THERE = _configure()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    engine = config.getoption("--engine")
    kept = []
    for item in items:
        parts = Path(item.path).parts
        if any(folder in parts for folder in _DATABASE_FOLDERS):
            item.add_marker(pytest.mark.database)
            if "unit" not in parts:
                item.add_marker(pytest.mark.django_db(transaction=True))
            if not _ENGINE_IS_THERE:
                item.add_marker(pytest.mark.skip(reason="NO POSTGRESQL FOUND"))
            kept.append(item)
        elif engine == "sqlite":
            kept.append(item)
    kept = [item for item in kept if engine == "sqlite" or not item.get_closest_marker("once")]
    # Those that are named are wanted: their halves were counted among all.
    whole = config.getoption("--full") or os.environ.get("POSTLUDE_TEST_NAMED") == "1"
    kept = kept if whole else _shared_out(kept, engine)
    kept.sort(key=_long_ones_first)
    remain = set(kept)
    dropped = [item for item in items if item not in remain]
    if dropped:
        config.hook.pytest_deselected(items=dropped)
    items[:] = kept


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown() -> None:
    from support import emptied

    emptied.let_go_of_what_hangs()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Half a million objects of modules and tests stay to the end: nobody looks at them again."""
    from postlude.kernel import heap

    heap.settle()


def _long_ones_first(item: pytest.Item) -> int:
    """Say when a file is begun: one worker alone with a long one at the end keeps the run waiting."""
    parts = Path(item.path).parts
    return next((n for n, names in enumerate(_ORDER) if set(names) <= set(parts)), len(_ORDER))


def _shared_out(items: list[pytest.Item], engine: str) -> list[pytest.Item]:
    """Keep one half of the cases of each test marked `shared_out`; the other engine has the other."""
    mine, seen = int(engine == "postgresql"), Counter[str]()
    kept = []
    for item in items:
        if item.get_closest_marker("shared_out"):
            test = item.nodeid.partition("[")[0]
            seen[test] += 1
            if seen[test] % 2 == mine:
                continue
        kept.append(item)
    return kept


def pytest_report_header(config: pytest.Config) -> str:
    if not _ENGINE_IS_THERE:
        return (
            "\n!!! NO POSTGRESQL FOUND: every PostgreSQL case is SKIPPED. Start one on the standard "
            "socket or set POSTLUDE_TEST_POSTGRESQL=postgresql://…\n"
        )
    return f"engine: {config.getoption('--engine')}"


@pytest.fixture
def clock() -> Iterator["object"]:
    """A clock that stands still at 2023-09-01 10:00 in Taipei until it is told to move."""
    from postlude.kernel import clock as kernel_clock

    with kernel_clock.use(kernel_clock.FrozenClock(datetime(2023, 9, 1, 2, 0, tzinfo=UTC))) as it:
        yield it


@pytest.fixture
def org(db: None) -> "object":
    """A fresh organisation in Taipei."""
    from postlude.orgs import api as orgs

    return orgs.create("pycon", "PyCon TW", zone="Asia/Taipei", currency="TWD")


@pytest.fixture(autouse=True)
def _language_of_nobody() -> None:
    """A request of the test before leaves its reader's language behind."""
    from django.utils import translation

    translation.deactivate()


@pytest.fixture(autouse=True)
def _no_cell_rests(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a slow machine a cell of a report may take long to count, and rest: no test waits so."""
    if request.node.get_closest_marker("database"):
        from postlude.reports.rollups import news

        monkeypatch.setattr(news, "_LONG_SECONDS", float("inf"))


@pytest.fixture(autouse=True)
def _registries_are_put_back(request: pytest.FixtureRequest) -> Iterator[None]:
    """No test decides how a later one goes."""
    if not request.node.get_closest_marker("database"):
        yield
        return
    from support import registries

    with registries.put_back():
        yield


@pytest.fixture(autouse=True)
def breaches(request: pytest.FixtureRequest) -> Iterator[list[str]]:
    """What the product did outside `store.write()`, or with a network in a transaction: nothing.

    A test that breaks these on purpose asks for the list and empties it.
    """
    if not request.node.get_closest_marker("database"):
        yield []
        return
    from support import guards

    with guards.watching() as found:
        yield found
    assert [] == found


@pytest.fixture(autouse=True, scope="session")
def _no_connection_is_left_open() -> Iterator[None]:
    """Close the kept-alive connections of our own clients when the run ends."""
    yield
    from postlude.kernel import http

    http.close_all()


@pytest.fixture(autouse=True, scope="session")
def _no_session_is_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """End the sessions that threads of the run still hold, so that the database can be dropped."""
    if _ENGINE != "postgresql" or not _ENGINE_IS_THERE:
        yield
        return
    request.getfixturevalue("django_db_setup")
    blocker = request.getfixturevalue("django_db_blocker")
    yield
    from django.db import connection

    with blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        connection.close()
