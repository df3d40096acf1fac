"""docs/howto/gift-cards.md is walked as a reader would: copied into a shell, in an empty folder."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.fresh_home import ROOT, FreshHome
from support.running import running

PAGE = ROOT / "docs" / "howto" / "gift-cards.md"
_BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PORT = "127.0.0.1:8000"
_AT_THE_TILL = "postlude keys issue"  # from here on `postlude up` runs beside it


@pytest.fixture
def home(tmp_path: Path, pytestconfig: pytest.Config) -> Iterator[FreshHome]:
    with FreshHome(tmp_path, "http://127.0.0.1:9", pytestconfig.getoption("--engine")) as fresh:
        yield fresh


def script() -> tuple[str, str]:
    """Return what the page says to type: before `postlude up`, and beside it."""
    whole = "".join(_BLOCK.findall(PAGE.read_text(encoding="utf-8")))
    before, till, beside = whole.partition(f"KEY=$({_AT_THE_TILL}")
    lines = [line for line in before.splitlines() if not line.startswith("postlude up ")]
    assert len(lines) < len(before.splitlines())
    return "\n".join(lines), till + beside


def typed(text: str, home: FreshHome, folder: Path) -> str:
    """Type it into a shell that stops at the first command that fails; return what it shows."""
    begin = f'set -eo pipefail\npostlude() {{ "{sys.executable}" -m postlude.wiring "$@"; }}\n'
    done = subprocess.run(
        ["bash", "-c", begin + text],
        cwd=folder,
        env={**home._environment, "COLUMNS": "200", "no_proxy": "*"},
        capture_output=True,
        text=True,
        timeout=800,
        check=False,
    )
    assert 0 == done.returncode, done.stdout + done.stderr
    return done.stdout


def answers(shown: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in shown.splitlines() if line.startswith("{")]


@pytest.mark.timeout(900)  # a dozen commands, each a process of its own
def test_the_walk_through_of_gift_cards_runs_as_it_is_written(
    home: FreshHome, tmp_path: Path
) -> None:
    """Rules checked and applied, a buyer 12.00 short, an order's whole life, a card's whole way."""
    folder = tmp_path / "empty"
    folder.mkdir()
    (folder / "playbooks").symlink_to(ROOT / "playbooks")
    before, beside = script()
    shown = typed(before, home, folder)
    assert "gift-cards for lantern: applied" in shown
    assert "spend 12.00 CNY more" in shown
    with running(home, tmp_path, "up") as house:
        house.answers("/health")
        assert _PORT in beside
        said = answers(typed(beside.replace(_PORT, f"127.0.0.1:{house.port}"), home, folder))
    assert [] == [each for each in said if "error" in each]
    assert ["held", "confirmed", "confirmed", "reversed"] == [
        each["state"] for each in said if "state" in each
    ]
    assert ["20.00"] == [
        gift["worth"] for each in said if each.get("state") == "held" for gift in each["gifts"]
        if gift["gift"] == "bonus_money"
    ]  # fmt: skip
    assert [("128.00", "108.00")] == [
        (each["order_amount"], each["payable"]) for each in said if "payable" in each
    ]
    assert ["30.00"] == [each["payable_by_card"] for each in said if "payable_by_card" in each]
    entries = [each["entry"] for each in said if "entry" in each]
    assert ["hold", "capture", "refund"] == [each["what"] for each in entries]
    sold, claimed = [each for each in said if each.get("type") == "mid-autumn"]
    assert sold["id"] == claimed["id"]
    assert sold["holder"] != claimed["holder"]
