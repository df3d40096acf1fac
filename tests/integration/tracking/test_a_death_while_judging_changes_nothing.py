"""We die after each boundary of a verdict; begun again it is as it was to be."""

import pytest

from postlude.kernel import boundaries, work
from postlude.kernel.jobs import Budget
from postlude.tracking import api as tracking
from postlude.tracking import jobs
from postlude.wiring import registry
from support.march_the_tenth import HUMAN, Tenth

NAMES = ("tracking.judged",)


class Died(BaseException):
    """As a kill would: nothing of ours catches it."""


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("at", range(3))
def test_begun_again_after_a_death_the_verdicts_are_the_same(street, clock, monkeypatch, name, at):
    monkeypatch.setattr(jobs, "_BATCH", 3)
    work.unsubscribe_all()
    registry._done.clear()
    registry.register_all()
    left = [at]

    def crossing(here: str) -> None:
        if here == name:
            left[0] -= 1
            if left[0] == -1:
                raise Died

    monkeypatch.setattr(boundaries, "crossing", crossing)
    tenth = Tenth(street)
    for tell in [*tenth.clicks, *tenth.acts]:
        tell()
    clock.advance(hours=23)
    deaths = 0
    for _ in range(3):
        try:
            tracking.judge_due(Budget(60))
            work.drain(lambda: False, lane=tracking.LANE)
        except Died:
            deaths += 1
            clock.advance(seconds=60)

    assert 1 == deaths
    assert HUMAN == street.verdicts()
