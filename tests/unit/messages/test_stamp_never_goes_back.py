"""The stamp keeps the highest tick of each database, whoever writes when."""

import threading

import pytest

from postlude.messages import stamp


@pytest.fixture(autouse=True)
def file(settings, tmp_path):
    settings.POSTLUDE_STAMP_FILE = tmp_path / "deep" / "epoch.stamp"
    return settings.POSTLUDE_STAMP_FILE


def test_it_knows_nothing_at_first_and_only_the_highest_later():
    assert stamp.read("a") is None
    stamp.write("a", 7)
    stamp.write("a", 3)
    assert stamp.read("a") == 7


def test_another_database_is_another_line():
    stamp.write("a", 7)
    stamp.write("b", 1)
    assert (stamp.read("a"), stamp.read("b")) == (7, 1)


def test_many_writers_leave_the_highest():
    ticks = list(range(1, 65))
    threads = [threading.Thread(target=stamp.write, args=("a", tick)) for tick in ticks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert stamp.read("a") == 64


def test_a_torn_write_leaves_the_old_file(file):
    stamp.write("a", 1)
    file.with_name("epoch.stamp.1.new").write_text('{"a": 9')
    assert stamp.read("a") == 1
