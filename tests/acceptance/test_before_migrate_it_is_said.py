"""On a database without tables each command says what to run, and doctor nothing else of it."""

from pathlib import Path

import pytest

from support.fresh_home import FreshHome


def test_doctor_and_every_command_name_the_fix(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    engine = pytestconfig.getoption("--engine")
    with FreshHome(tmp_path, "http://127.0.0.1:9", engine, bare=True) as home:
        examined = home.run("doctor", "--offline", "--json")
        refused = home.run("staff", "list", "--json")
    (trouble,) = [each for each in examined.answer["findings"] if each["level"] == "problem"]
    assert (5, "database", "Run `postlude migrate`.") == (
        examined.code,
        trouble["check"],
        trouble["fix"],
    )
    assert trouble["what"].startswith("not_migrated: ")
    assert (4, "not_migrated", trouble["fix"]) == (
        refused.code,
        refused.answer["error"]["code"],
        refused.answer["error"]["hint"],
    )
