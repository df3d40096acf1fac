"""Reading the next parts while the present one is written.

Most of a rebuild is the database's own work, during which this process waits; another thread, with
a connection of its own, lets it do two things at once.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from django.db import close_old_connections, connections

Part = TypeVar("Part")
Read = TypeVar("Read")


def in_turn(
    parts: Sequence[Part], read: Callable[[Part], Read], *, hands: int
) -> Iterator[tuple[Part, Read]]:
    """Yield each part with what `read` says of it, in their order.

    `hands` threads read ahead; 0: nobody does, each is read when it is asked for. As many results
    wait at most as there are hands. An error of `read` is raised where its part would be yielded.
    """
    if not hands:
        for part in parts:
            yield part, read(part)
        return
    waiting: deque[tuple[Part, Future[Read]]] = deque()
    left = iter(parts)
    with ThreadPoolExecutor(hands, "reads-ahead") as pool:
        try:
            for part in left:
                waiting.append((part, pool.submit(_closing, read, part)))
                if len(waiting) > hands:
                    ready, future = waiting.popleft()
                    yield ready, future.result()
            while waiting:
                ready, future = waiting.popleft()
                yield ready, future.result()
        finally:
            for _, future in waiting:
                future.cancel()


def _closing(read: Callable[[Part], Read], part: Part) -> Read:
    """Read with a connection that ends with it: parts are few, and the thread may be the last."""
    close_old_connections()
    try:
        return read(part)
    finally:
        connections.close_all()
