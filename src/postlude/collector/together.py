"""Questions that are asked at the same time are asked of the database as one."""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping
from typing import Generic, TypeVar

from postlude.collector.threads import Readers

Key = TypeVar("Key")
Found = TypeVar("Found")
Told = Callable[[Found | None, Exception | None], None]
MOST = 500
_log = logging.getLogger(__name__)


class Together(Generic[Key, Found]):
    """Gathers keys while a reading is under way; `read` answers all of the next at once.

    Used by one event loop. A reading that fails fails for those who waited for it, nobody else.
    """

    def __init__(
        self, readers: Readers, read: Callable[[Collection[Key]], Mapping[Key, Found]]
    ) -> None:
        self._readers = readers
        self._read = read
        self._waiting: list[tuple[Key, Told[Found]]] = []
        self._reading: asyncio.Task[None] | None = None

    async def of(self, key: Key) -> Found | None:
        """Return what was found of a key, None when there is nothing."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Found | None] = loop.create_future()

        def tell(found: Found | None, error: Exception | None) -> None:
            if future.done():
                return
            if error is None:
                future.set_result(found)
            else:
                future.set_exception(error)

        self.ask(key, tell, loop)
        return await future

    def ask(self, key: Key, told: "Told[Found]", loop: asyncio.AbstractEventLoop) -> None:
        """Let `told` be called in `loop` with what was found, or with the error. See `of`."""
        self._waiting.append((key, told))
        if self._reading is None or self._reading.done():
            self._reading = loop.create_task(self._go_on())

    async def _go_on(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            keys = {key for key, _ in group}
            found: Mapping[Key, Found] = {}
            failed: Exception | None = None
            try:
                found = await self._readers.run(lambda keys=keys: self._read(keys))  # type: ignore[misc]
            except Exception as error:  # noqa: BLE001 - each who asked is told
                failed = error
            for key, told in group:
                try:
                    told(found.get(key), failed)
                except Exception as error:  # noqa: BLE001 - one is not in the way of others
                    _log.error("an answer was not given", extra={"error": type(error).__name__})
