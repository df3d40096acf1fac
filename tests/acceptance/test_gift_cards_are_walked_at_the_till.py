"""docs/howto/gift-cards.md beside `postlude up`: a till's key, an order's whole life, a card's way.

What comes before is walked by test_the_walk_through_of_gift_cards; here one process prepares it.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from support.a_walked_page import answers, empty_folder, halves, typed
from support.fresh_home import FreshHome
from support.running import running

_PORT = "127.0.0.1:8000"
_PREPARE = """
import django
django.setup()
from postlude.wiring.cli.commands import run
for words in ("migrate", "apply playbooks/gift-cards.yaml", "invent-members"):
    assert run(words.split()) == 0, words
"""


@pytest.mark.timeout(900)
def test_gift_cards_are_walked_at_the_till_as_it_is_written(
    tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    before, beside = halves("gift-cards.md", "KEY=$(postlude keys issue")
    folder = empty_folder(tmp_path)
    assert "postlude apply playbooks/gift-cards.yaml\n" in before
    with FreshHome(tmp_path, "http://127.0.0.1:9", pytestconfig.getoption("--engine")) as home:
        env = {**home._environment, "DJANGO_SETTINGS_MODULE": "postlude.wiring.settings"}
        subprocess.run([sys.executable, "-c", _PREPARE], cwd=folder, env=env, check=True)
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
