"""The garbage collector of a process that starts, and of one that works for long.

Half a million objects of start-up live as long as the process. To look at them again took a third
of each start and end of a command, and for every few hundred new ones an eighth of a notice's run.
"""

import atexit
import contextlib
import gc
from collections.abc import Iterator

_YOUNG = 50_000  # objects made, on balance, before the young are looked at


@contextlib.contextmanager
def starting() -> Iterator[None]:
    """Collect nothing while modules are loaded, and leave them out of every later collection."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_on:
            gc.enable()


def settle() -> None:
    """Leave what is there by now out of every collection, and collect less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, 20, 20)
    atexit.register(gc.unfreeze)  # libraries clear up after themselves at the end
