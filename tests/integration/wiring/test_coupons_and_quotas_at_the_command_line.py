"""Coupons and quotas at the command line."""

import json
from pathlib import Path
from typing import Any

import pytest

from postlude.kernel import clock as kernel_clock
from postlude.orgs.types import OrgRef
from postlude.people import api as people
from postlude.people.types import PersonSeen
from postlude.rewards import api as rewards
from postlude.rewards.types.coupons import CouponListSpec, IssueRequest
from postlude.rewards.types.quotas import Kind, QuotaSpec
from postlude.wiring.cli import output
from postlude.wiring.cli.commands import run

LI = "li@example.test"


@pytest.fixture
def stocked(org: OrgRef, clock: object) -> int:
    rewards.define_coupons(org.id, CouponListSpec("tea-5"))
    rewards.define_quota(org.id, QuotaSpec("first-30", 30))
    rewards.define_quota(org.id, QuotaSpec("spring", 5_000_00, Kind.BUDGET, currency="TWD"))
    (seen,) = people.recognise_many(org.id, [PersonSeen(LI)], now=kernel_clock.now())
    assert seen.contact is not None
    return seen.contact


def told(capsys: pytest.CaptureFixture[str], *command: str, code: int = 0) -> dict[str, Any]:
    capsys.readouterr()
    assert code == run([*command, "--json"])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_a_file_is_added_whole_and_once(stocked: int, tmp_path: Path, capsys) -> None:
    """With a mistake nothing is added, and its line is named; the same file again adds nothing."""
    file = tmp_path / "codes.csv"
    file.write_text("code\nTEA-1\nTEA-2\nTEA-1\n", encoding="utf-8-sig")
    wrong = told(capsys, "coupons", "upload", "tea-5", str(file), code=3)
    assert (0, [4]) == (wrong["added"], [each["line"] for each in wrong["errors"]])
    assert 3 == run(["coupons", "upload", "tea-5", str(file)])
    assert "mend these lines" in capsys.readouterr().out
    file.write_text("TEA-1\nTEA-2\n", encoding="utf-8")
    assert (2, 0) == _added(told(capsys, "coupons", "upload", "tea-5", str(file)))
    assert (0, 2) == _added(told(capsys, "coupons", "upload", "tea-5", str(file)))
    file.write_bytes(b"\xff\xfe")
    assert 3 == run(["coupons", "upload", "tea-5", str(file)])
    assert 3 == run(["coupons", "upload", "nothing", str(tmp_path / "none.csv")])


def test_our_own_codes_are_counted_in_all(stocked: int, capsys) -> None:
    """Asking for as many again adds none; a list that is not there is bad input."""
    assert 5 == told(capsys, "coupons", "generate", "tea-5", "5")["added"]
    assert 0 == told(capsys, "coupons", "generate", "tea-5", "5")["added"]
    assert 2 == told(capsys, "coupons", "generate", "tea-5", "7")["added"]
    assert 3 == run(["coupons", "generate", "nothing", "5"])


def test_what_somebody_holds_is_shown(org: OrgRef, stocked: int, capsys) -> None:
    """By address, as a table or as JSON."""
    rewards.generate_codes(org.id, "tea-5", 3)
    rewards.issue_many(org.id, [IssueRequest("i", "tea-5", stocked, 2)], kernel_clock.now())
    found = told(capsys, "coupons", "held", LI)["items"]
    assert [("tea-5", "issued")] * 2 == [(each["list"], each["state"]) for each in found]
    assert 0 == run(["coupons", "held", LI])
    assert found[0]["code"] in capsys.readouterr().out
    assert 3 == run(["coupons", "held", "nobody@example.test"])


def test_how_full_everything_is_is_shown(
    org: OrgRef, stocked: int, capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Places, money and codes with what is left; a bar is full only when nothing is."""
    monkeypatch.setattr(output.out, "_width", 120)  # whatever the terminal was at the import
    rewards.generate_codes(org.id, "tea-5", 2)
    rewards.issue_many(org.id, [IssueRequest("i", "tea-5", stocked, 2)], kernel_clock.now())
    found = {each["resource"]: each for each in told(capsys, "quotas")["items"]}
    assert {"coupons:tea-5": 0, "quota:first-30": 30, "budget:spring": 5_000_00} == {
        name: each["left"] for name, each in found.items()
    }
    assert 0 == run(["quotas"])
    lines = capsys.readouterr().out.splitlines()
    bars = {name: line for line in lines for name in found if name in line}
    assert "░" not in bars["coupons:tea-5"]
    assert "█" not in bars["quota:first-30"]
    assert "5000.00 TWD" in bars["budget:spring"]


def _added(found: dict[str, Any]) -> tuple[int, int]:
    return found["added"], found["known"]
