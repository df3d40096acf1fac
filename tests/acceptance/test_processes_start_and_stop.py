"""Each process of Postlude starts on an empty machine, answers, and ends by itself when told to."""

import socket
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from support.fresh_home import FreshHome
from support.running import Running, free_port, refused, running

GUESS = "A" * 22
pytestmark = pytest.mark.timeout(900)  # a hang is told by the bounds in `running`


@pytest.fixture
def home(tmp_path: Path, pytestconfig: pytest.Config) -> Iterator[FreshHome]:
    with FreshHome(tmp_path, "http://127.0.0.1:9", pytestconfig.getoption("--engine")) as fresh:
        yield fresh


def serves_people(house: Running) -> None:
    assert {"alive": True} == house.answers("/health").json()
    assert 200 == house.get("/login/").status_code
    assert 200 == house.get("/ready").status_code, house.log


def refuses_guesses(house: Running) -> None:
    for path in (f"/c/{GUESS}/1", f"/go/{GUESS}", f"/u/{GUESS}"):
        assert 404 == house.answers(path).status_code, path


def works(house: Running, home: FreshHome) -> None:
    """The worker is up, and a slot of a periodic job has been taken."""

    def look() -> None:
        if "the worker works" not in house.log:
            raise LookupError
        jobs = home.run("jobs", "list", "--json").answer["jobs"]
        if not any(each["last_finished"] for each in jobs):
            raise LookupError

    house.in_time(look)


def ends_well(house: Running) -> None:
    assert 0 == house.stop(), house.log
    assert "Traceback" not in house.log


def test_up_is_everything_on_one_port(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    engine = pytestconfig.getoption("--engine")
    with (
        FreshHome(tmp_path, "http://127.0.0.1:9", engine, bare=True) as home,
        running(home, tmp_path, "up") as house,
    ):
        serves_people(house)
        refuses_guesses(house)
        ends_well(house)


def test_one_process_writes_to_sqlite_and_any_number_to_postgresql(
    home: FreshHome, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    with running(home, tmp_path, "up") as first:
        first.answers("/health")
        if pytestconfig.getoption("--engine") == "sqlite":
            for command in ("up", "worker"):
                code, said = refused(home, command)
                assert 3 == code
                assert "Another `postlude up`" in said
        else:
            with running(home, tmp_path, "worker", listens=False) as other:
                works(other, home)
                ends_well(other)
        assert 200 == first.get("/health").status_code
        ends_well(first)


def test_web_collector_and_worker_apart(home: FreshHome, tmp_path: Path) -> None:
    assert 0 == home.run("migrate").code
    with (
        running(home, tmp_path, "web", "--workers", "1") as web,
        running(home, tmp_path, "collector") as collector,
        running(home, tmp_path, "worker", listens=False) as worker,
    ):
        serves_people(web)
        refuses_guesses(collector)
        assert 404 == collector.get("/login/").status_code
        works(worker, home)
        for each in (web, collector, worker):
            ends_well(each)


@pytest.mark.once
def test_a_port_in_use_is_said(home: FreshHome, tmp_path: Path) -> None:
    with running(home, tmp_path, "collector") as taken:
        taken.answers(f"/u/{GUESS}")
        code, said = refused(home, "collector", "--port", str(taken.port))
    assert 3 == code
    assert "Cannot listen" in said


@pytest.mark.once
def test_a_demonstration_that_is_asked_to_end_takes_its_sandbox_along(
    home: FreshHome, tmp_path: Path
) -> None:
    at = free_port()
    with running(home, tmp_path, "demo", "--sandbox-port", str(at)) as house:
        house.in_time(lambda: connected(at))
        (sandbox,) = psutil.Process(house.process.pid).children()
        house.stop()
        assert not sandbox.is_running(), house.log
        assert "Traceback" not in house.log


def connected(port: int) -> None:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError as error:
        raise LookupError from error


@pytest.mark.once
@pytest.mark.parametrize("command", ["up", "web", "collector", "worker"])
def test_production_without_keys_does_not_start(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config
) -> None:
    """Nothing that came in could be kept, and cookies would be signed with a key of nobody."""
    monkeypatch.setenv("POSTLUDE_PRODUCTION", "1")
    with FreshHome(tmp_path, "http://127.0.0.1:9", pytestconfig.getoption("--engine")) as fresh:
        code, said = refused(fresh, command)
    assert 6 == code
    assert "POSTLUDE_SECRET_KEYS" in said
