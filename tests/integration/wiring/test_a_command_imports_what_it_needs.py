"""A command starts with what it needs: counted in imported modules, since seconds are the machine's."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main

from postlude.wiring.cli.commands import MODULES, app_with, modules_of

_WHATEVER_IS_LOADED = """
import json, sys
from postlude.wiring.cli import main
sys.argv = ["postlude", *sys.argv[1:]]
try:
    main()
except SystemExit as leaving:
    print(json.dumps({"code": leaving.code, "modules": sorted(sys.modules)}))
"""
# What only some commands need: who plays vendors, serves, loads the warehouse, writes calendars,
# answers an API.
HEAVY = ("postlude.sandbox", "granian", "uvicorn", "duckdb", "icalendar", "starlette", "ninja")


def loaded_by(folder: Path, *words: str) -> tuple[int, set[str]]:
    done = subprocess.run(
        [sys.executable, "-c", _WHATEVER_IS_LOADED, *words],
        env={
            **os.environ,
            "POSTLUDE_HOME": str(folder),
            "POSTLUDE_DATABASE_URL": f"sqlite:///{folder / 'none.sqlite3'}",
        },
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    told = json.loads(done.stdout.splitlines()[-1])
    return told["code"], set(told["modules"])


@pytest.mark.parametrize(
    ("words", "code"), [("version", 0), ("journeys list", 4), ("keys list", 4)]
)  # 4: there are no tables
def test_a_small_command_loads_nothing_heavy(tmp_path: Path, words: str, code: int) -> None:
    ended, modules = loaded_by(tmp_path, *words.split())
    assert code == ended
    assert [] == [each for each in HEAVY if each in modules]


def test_who_plays_vendors_loads_them(tmp_path: Path) -> None:
    """Shows that the test above can fail."""
    _, modules = loaded_by(tmp_path, "sandbox", "--help")
    assert {"postlude.sandbox", "uvicorn", "starlette"} <= modules


def test_each_command_is_found_in_its_module() -> None:
    """Whatever a module adds stands in the table, so that no command is lost or loads in vain."""
    for module, commands in MODULES.items():
        root = typer.main.get_command(app_with([module]))
        added = set(getattr(root, "commands", {}))
        assert {*commands, "version"} == added, module


def test_a_word_that_is_no_command_loads_all() -> None:
    assert list(MODULES) == modules_of(["no-such-command"]) == modules_of([]) == modules_of(["-h"])
    assert ["support"] == modules_of(["people", "change-email"])
    assert [] == modules_of(["version"])
