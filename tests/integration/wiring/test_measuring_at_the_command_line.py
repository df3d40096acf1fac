"""An operator says what counts from a day on, and what counted before stays."""

import json

import pytest

from postlude.kernel import boundaries
from postlude.orgs import api as orgs
from postlude.wiring.cli.commands import run


def said(capsys, *words: str) -> list[dict]:
    assert 0 == run(["measuring", *words, "--json"]), capsys.readouterr().err
    return json.loads(capsys.readouterr().out)["measuring"]


def test_it_is_set_from_a_day_on_and_shown(org, clock, capsys) -> None:
    assert [(None, "seed")] == [(each["from_day"], each["counts"]) for each in said(capsys, "show")]
    said(capsys, "set", "--from", "2026-04-01", "--counts", "filtered", "--trap")
    after = said(capsys, "set", "--from", "2026-05-01", "--counts", "raw")

    days = [(each["from_day"], each["counts"], each["trap"]) for each in after]
    assert [
        (None, "seed", False),
        ("2026-04-01", "filtered", True),
        ("2026-05-01", "raw", True),
    ] == days
    assert 0 == run(["measuring", "show"])
    assert "2026-05-01" in capsys.readouterr().out


def test_what_was_said_is_kept_though_we_die_then(org, clock, monkeypatch) -> None:
    class Died(BaseException):
        pass

    def crossing(name: str) -> None:
        if name == "orgs.measuring_set":
            raise Died

    monkeypatch.setattr(boundaries, "crossing", crossing)
    with pytest.raises(Died):
        run(["measuring", "set", "--from", "2026-04-01", "--counts", "raw"])
    assert ["seed", "raw"] == [each.counts.value for each in orgs.measuring(org.id)]
