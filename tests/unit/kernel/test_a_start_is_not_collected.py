"""What is made while a process starts is left out of every collection, and the collector works after."""

import gc
from collections.abc import Iterator

import pytest

from postlude.kernel import heap


@pytest.fixture(autouse=True)
def _collector_as_it_was() -> Iterator[None]:
    yield
    gc.enable()


def test_nothing_is_collected_while_it_starts_and_all_is_left_out_after() -> None:
    gc.collect()
    frozen = gc.get_freeze_count()
    with heap.starting():
        assert not gc.isenabled()
        made = [[each] for each in range(1000)]
    assert gc.isenabled()
    assert gc.get_freeze_count() >= frozen + len(made)


def test_a_start_that_fails_leaves_the_collector_on() -> None:
    with pytest.raises(OSError, match="no settings"), heap.starting():
        raise OSError("no settings")
    assert gc.isenabled()


def test_who_had_it_off_has_it_off() -> None:
    gc.disable()
    with heap.starting():
        pass
    assert not gc.isenabled()
