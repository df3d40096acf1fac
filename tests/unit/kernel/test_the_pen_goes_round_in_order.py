"""SQLite's writers take turns in the order in which they asked; ids grow and never repeat."""

import threading
import time

from postlude.kernel import ids
from postlude.kernel.writer import FifoLock


def test_the_pen_goes_round_in_order() -> None:
    lock, order = FifoLock(), []
    lock.acquire()

    def ask(number: int) -> None:
        with lock.turn():
            order.append(number)

    threads = []
    for number in range(16):
        thread = threading.Thread(target=ask, args=(number,))
        thread.start()
        threads.append(thread)
        while len(lock._waiting) <= number:
            time.sleep(0.001)
    lock.release()
    for thread in threads:
        thread.join()
    assert list(range(16)) == order


def test_ids_grow_and_never_repeat() -> None:
    made: list[list[int]] = []
    threads = [threading.Thread(target=lambda: made.append(ids.new_ids(5_000))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(sorted(each) == each for each in made)
    assert 20_000 == len({number for each in made for number in each})
    assert max(number for each in made for number in each) < 2**63
