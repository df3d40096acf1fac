"""The process dies at a named boundary, another one starts: invited once, let in, books in order."""

import re
from pathlib import Path

import pytest

import postlude
from postlude.access.models import Grant
from postlude.journeys.models import Member
from postlude.kernel import boundaries
from postlude.kernel.models import WorkRow
from postlude.messages.models import Outbox

_ROOMS = [Path(postlude.__file__).parent / room for room in ("access", "journeys", "kernel")]
_NAMES = sorted(
    {
        name
        for room in _ROOMS
        for path in room.rglob("*.py")
        for name in re.findall(r'boundaries\.crossing\("([^"]+)"\)', path.read_text())
    }
)
_ON_THE_WAY = {
    "access.claimed",
    "access.settled",
    "journeys.advanced",
    "journeys.claimed",
    "journeys.entered",
    "journeys.settled",
    "journeys.woken",
    "kernel.work.claimed",
    "kernel.work.finished",
}


class Killed(BaseException):
    """Nothing catches it, as nothing catches SIGKILL."""


def test_the_list_of_boundaries_is_whole():
    assert set(_NAMES) >= _ON_THE_WAY


@pytest.mark.parametrize("name", sorted(_ON_THE_WAY))
@pytest.mark.parametrize("nth", [1, 2])
def test_a_death_changes_nothing(house, monkeypatch, name, nth):
    """Three buyers, one with two tickets; death at the nth crossing of the name."""
    for email in ("ann@example.test", "bob@example.test", "eve@example.test", "ann@example.test"):
        house.buy(email)
    left = [nth]

    def crossing(where: str) -> None:
        if where == name:
            left[0] -= 1
            if left[0] == 0:
                raise Killed

    monkeypatch.setattr(boundaries, "crossing", crossing)

    def live() -> None:
        for _ in range(3):
            house.deliver()
            house.buy("later@example.test")

    with pytest.raises(Killed):
        live()
    for model in (Grant, Member, WorkRow, Outbox):  # the leases of the dead run out
        model.objects.update(lease_until=None)
    house.deliver()

    to = [address for address, _ in house.mails()]
    assert len(set(to)) == len([subject for _, subject in house.mails() if subject == "Come in"])
    assert {"ann@example.test", "bob@example.test", "eve@example.test"} <= set(to)
    done = house.progress()
    assert done.entered == done.sent
