"""Webhook, poller and CSV together, and all of them again: the set of people let in and invited is
that of a plain script, and stays so.
"""

from pathlib import Path

import pytest

from postlude.sandbox import sale as sales
from support import a_small_sale
from support.killing import Stage, complaints

EXPORTS = Path(__file__).resolve().parents[3] / "shared" / "data" / "kktix"

pytestmark = pytest.mark.timeout(1800)


@pytest.mark.real
@pytest.mark.skipif(not EXPORTS.is_dir(), reason="the real export is not beside the repository")
def test_the_real_sale_through_three_doors_twice(pytestconfig: pytest.Config) -> None:
    whole = sales.load_sale(EXPORTS / "attendees-2023.csv", EXPORTS / "orders-2023.csv")
    with Stage(pytestconfig.getoption("--engine"), a_small_sale.of(whole)) as stage:
        first, again = stage.unharmed_twice("sale")
        assert [] == complaints(stage, first, compared=False)
        assert [] == first.unknown
        assert again == first
