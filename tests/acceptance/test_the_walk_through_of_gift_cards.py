"""docs/howto/gift-cards.md is walked as a reader would, up to the moment when Postlude runs.

What it says to type beside `postlude up` is walked by test_gift_cards_are_walked_at_the_till.
"""

from pathlib import Path

import pytest

from support.a_walked_page import empty_folder, halves, typed
from support.fresh_home import FreshHome


@pytest.mark.timeout(900)  # seven commands, each a process of its own
def test_the_walk_through_of_gift_cards_runs_as_it_is_written(
    tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    """Rules checked and applied, a buyer 12.00 short, a month invented and reported."""
    before, _ = halves("gift-cards.md", "KEY=$(postlude keys issue")
    with FreshHome(tmp_path, "http://127.0.0.1:9", pytestconfig.getoption("--engine")) as home:
        shown = typed(before, home, empty_folder(tmp_path))
    assert "gift-cards for lantern: applied" in shown
    assert "spend 12.00 CNY more" in shown
    assert "postlude report promotions" in before
