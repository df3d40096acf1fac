"""`postlude retention` says how long, what is about to go, and why it is still here."""

import json

import pytest
from typer.testing import CliRunner

from postlude.kernel.errors import BadInput
from postlude.orgs.errors import BadSetting
from postlude.reports import api as reports
from postlude.sources.models import FactFile
from postlude.wiring import examination
from postlude.wiring.cli.commands import app_with

from .conftest import GONE, Past


def _say(*words: str) -> dict:
    found = CliRunner().invoke(app_with(["retention"]), ["retention", *words, "--json"])
    if found.exception is not None:
        raise found.exception
    return json.loads(found.output)


def test_it_is_shown_said_and_done(past: Past) -> None:
    shown = _say("show")["retention"]
    assert (13, "2026-05-01", 13, 13, None) == (
        shown["said"]["months"],
        shown["wanted"],
        shown["touches"],
        shown["activities"],
        shown["waits"],
    )
    assert _say("set", "--for-ever")["retention"]["said"]["months"] is None
    assert 0 == _say("run")["deleted"]
    assert "new" == _say("set", "--months", "12")["retention"]["waits"]
    assert 0 == _say("run")["deleted"]
    past.clock.advance(days=7)
    assert [0, 0, 0] == [_say("run")["deleted"] for _ in range(3)]
    done = _say("run")
    assert 26 == done["deleted"]
    assert "2026-06-01" == done["retention"]["said"]["gone"] == done["retention"]["said"]["horizon"]
    assert GONE == past.raw()


def test_the_doctor_says_what_is_about_to_go_for_the_first_time(past: Past) -> None:
    assert reports.doctor in examination.ROOMS
    (found,) = reports.doctor()
    assert ("warning", True) == (found.level, "of before 2026-05-01" in found.what)
    assert "retention set --for-ever" in found.fix
    past.retain()
    assert [] == reports.doctor()


def test_why_it_waits_is_said_in_words(past: Past) -> None:
    FactFile.objects.update(began_at=past.clock.now())
    found = CliRunner().invoke(app_with(["retention"]), ["retention", "show"])
    assert "history was loaded" in " ".join(found.output.split())


def test_what_is_no_time_is_refused(past: Past) -> None:
    for words in ((), ("--months", "12", "--for-ever")):
        with pytest.raises(BadInput):
            _say("set", *words)
    with pytest.raises(BadSetting):
        _say("set", "--months", "2")
