"""We die at each boundary of counting; then we go on, and the numbers are those of the facts."""

import threading
from datetime import date

import pytest

from postlude.kernel import boundaries, jobs
from postlude.kernel.models import WorkRow
from postlude.reports.models import Count, Numbering, Rebuild
from postlude.reports.rollups import rebuilding
from support.measured import Shop

NAMES = (
    "reports.numbered",
    "reports.rebuild_asked",
    "reports.rebuilt",
    "reports.rebuilt_part",
    "reports.refreshed",
)


class Died(BaseException):
    """As a kill would: nothing of ours catches it."""


@pytest.mark.parametrize("name", NAMES)
def test_begun_again_after_a_death_it_is_as_it_was_to_be(
    place: Shop, clock, monkeypatch, name
) -> None:
    died: list[str] = []

    def crossing(here: str) -> None:
        if here == name and not died:
            died.append(here)
            raise Died

    for node in ("n1", "n2", "n3"):
        sent = place.send(1, clock.now(), node=node)
        place.touch(sent, "open", clock.now())
    monkeypatch.setattr(boundaries, "crossing", crossing)
    steps = (
        place.work,
        lambda: list(rebuilding.rebuild(place.org)),
        lambda: rebuilding.begin_anew(place.org),
        lambda: jobs.run_once("reports.rebuild"),
    )
    for step in steps:
        try:
            step()
        except Died:
            WorkRow.objects.update(lease_until=None)  # what the dead one held is free in time
            step()
    assert [name] == died
    assert [] == list(rebuilding.differences(place.org))
    assert [1, 1, 1] == list(Count.objects.values_list("n", flat=True))
    assert 1 == Numbering.objects.get().following
    assert not Rebuild.objects.exists()


def test_a_rebuild_that_was_cut_off_goes_on_where_it_was(place: Shop, clock) -> None:
    for node in ("n1", "n2", "n3"):
        place.send(1, clock.now(), node=node)
    going = rebuilding.rebuild(place.org)
    assert "n1" == next(going).node
    going.close()
    assert ["n2", "n3"] == [each.node for each in rebuilding.rebuild(place.org)]
    assert ["n1", "n2", "n3"] == [each.node for each in rebuilding.rebuild(place.org)]


def test_with_hands_that_read_ahead_it_is_the_same(place: Shop, clock) -> None:
    for number in range(1, 8):
        sent = place.send(number, clock.now(), node=f"n{number}")
        place.touch(sent, "open", clock.now())
    place.work()
    every = rebuilding.parts(place.org)
    before = [rebuilding.stored(place.org, each) for each in every]
    Count.objects.all().delete()
    for hands in (1, 2, 20):
        assert every == list(rebuilding.rebuild(place.org, again=True, hands=hands))
        assert before == [rebuilding.stored(place.org, each) for each in every]
    going = rebuilding.rebuild(place.org, again=True, hands=2)
    assert "n1" == next(going).node
    going.close()
    assert not [each for each in threading.enumerate() if each.name.startswith("reads-ahead")]
    assert every[1:] == list(rebuilding.rebuild(place.org, hands=2))


def test_whoever_asks_for_all_anew_meanwhile_gets_all_anew(place: Shop, clock) -> None:
    """What was read before is not written: it may be by the rule of then."""
    for node in ("n1", "n2", "n3"):
        place.send(1, clock.now(), node=node)
    going = rebuilding.rebuild(place.org, hands=2)
    assert "n1" == next(going).node
    rebuilding.begin_anew(place.org)
    assert ["n1", "n2", "n3"] == [each.node for each in going]
    assert not Rebuild.objects.exists()
    going = rebuilding.rebuild(place.org)
    assert ["n1", "n2", "n3"] == [next(going).node for _ in range(3)]
    rebuilding.begin_anew(place.org)  # at the very end
    assert ["n1", "n2", "n3"] == [each.node for each in going]
    assert not Rebuild.objects.exists()


def test_what_goes_wrong_ahead_is_told_in_its_turn(place: Shop, clock, monkeypatch) -> None:
    for node in ("n1", "n2", "n3"):
        place.send(1, clock.now(), node=node)
    look = rebuilding.look

    def ill(org: int, node: str, *days: date) -> rebuilding.Look:
        if node == "n2":
            raise OSError("the disk is gone")
        return look(org, node, *days)

    monkeypatch.setattr(rebuilding, "look", ill)
    going = rebuilding.rebuild(place.org, hands=2)
    assert "n1" == next(going).node
    with pytest.raises(OSError, match="gone"):
        next(going)
    monkeypatch.setattr(rebuilding, "look", look)
    assert ["n2", "n3"] == [each.node for each in rebuilding.rebuild(place.org, hands=2)]


def test_a_rebuild_that_was_begun_is_finished_by_the_worker(place: Shop, clock) -> None:
    place.send(1, clock.now(), node="n1")
    Rebuild.objects.create(org_id=place.org)
    assert 1 == jobs.run_once("reports.rebuild")
    assert [1] == list(Count.objects.values_list("n", flat=True))
    assert 0 == jobs.run_once("reports.rebuild")
