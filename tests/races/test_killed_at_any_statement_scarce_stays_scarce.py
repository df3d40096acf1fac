"""Killed at any statement or commit, and asked everything again: nothing is lost, nor given twice."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from postlude.rewards.types.reservations import ReservationState
from support import migrated_once

SUPPORT = Path(__file__).resolve().parents[1] / "support"
SOME, OFFSET = 9, 4  # every ninth in CI; each of them with --full


@pytest.mark.timeout(1800)
def test_killed_at_any_statement_scarce_stays_scarce(
    tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    every, offset = (1, 0) if pytestconfig.getoption("--full") else (SOME, OFFSET)
    postgresql = pytestconfig.getoption("--engine") == "postgresql"
    name = f"postlude_killed_{os.getpid()}"
    file = str(tmp_path / "killed.sqlite3")
    migrated_once.copy_to(name if postgresql else file)
    url = f"postgresql:///{name}" if postgresql else f"sqlite:///{file}"
    env = {
        **os.environ,
        "POSTLUDE_HOME": str(tmp_path),
        "POSTLUDE_DATABASE_URL": url,
        "POSTLUDE_LOG_LEVEL": "CRITICAL",
        "PYTHONPATH": os.pathsep.join([str(SUPPORT.parent), os.environ.get("PYTHONPATH", "")]),
    }
    command = [sys.executable, str(SUPPORT / "killed_reservations.py"), str(every), str(offset)]
    try:
        ended = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    finally:
        if postgresql:
            subprocess.run(["dropdb", "--force", "--if-exists", name], check=True)
    assert 0 == ended.returncode, ended.stderr[-2000:]
    told = json.loads(ended.stdout)
    assert [] == told["wrong"]
    assert told["killed"] >= 5
    assert {each.value for each in ReservationState} == set(told["states"].values())
