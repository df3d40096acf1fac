"""`postlude report funnel` prints, writes a file, and explains a bad question."""

import json
from pathlib import Path
from typing import Any

from postlude.reports import api as reports
from postlude.wiring.cli.commands import run
from support import a_walked_sale


def test_json_is_the_api_s_funnel(org: Any, capsys: Any) -> None:
    a_walked_sale.fill(org.id, 40)
    assert run(["report", "funnel", "--json", "--event", "pycon", "--until", "2023/09/15"]) == 0
    printed = json.loads(capsys.readouterr().out)
    scope = reports.scope(org.id, event="pycon", until="2023-09-15")
    assert printed == reports.as_json(reports.funnel(org.id, scope))
    assert printed["total"]["counts"]["registered"] > 0


def test_a_file_begins_with_a_byte_order_mark(org: Any, tmp_path: Path, capsys: Any) -> None:
    a_walked_sale.fill(org.id, 40)
    file = tmp_path / "funnel.csv"
    assert run(["report", "funnel", "--csv", str(file)]) == 0
    raw = file.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbfconference,")
    assert raw.count(b"\r\n") == len(reports.funnel(org.id, reports.scope(org.id)).cells) + 2
    assert "registered" in capsys.readouterr().out


def test_a_bad_question_ends_with_its_fix(org: Any, tmp_path: Path, capsys: Any) -> None:
    bad = (
        (["--since", "2023-09-02", "--until", "2023-09-01"], "reports.bad_range"),
        (["--since", "soon"], "reports.bad_day"),
        (["--event", "nothing"], "reports.unknown_event"),
        (["--csv", str(tmp_path / "nowhere" / "f.csv")], "bad_input"),
    )
    for more, code in bad:
        assert run(["report", "funnel", "--json", *more]) == 3
        error = json.loads(capsys.readouterr().out)["error"]
        assert error["code"] == code
        assert error["hint"]


def test_an_empty_sale_is_zeros(org: Any, capsys: Any) -> None:
    assert run(["report", "funnel", "--json"]) == 0
    assert set(json.loads(capsys.readouterr().out)["total"]["counts"].values()) == {0}
    assert run(["report", "funnel"]) == 0
