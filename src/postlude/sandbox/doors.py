"""A port per vendor, besides the shared one, so that *connection refused* can be the real thing.

A shared port cannot refuse one vendor and serve another. Each door leads to the same app; while its
vendor refuses, the port is bound but nobody listens, which is what a kernel answers with RST.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any

from postlude.sandbox.faults import FaultBook

_LOOK_EVERY_S = 0.05
_STEPS_TO_CUT = 3


class Door:
    """One listening port which can be shut and opened again at the same number."""

    def __init__(self, vendor: str, host: str, port: int, protocol: Callable[[], Any]) -> None:
        self.vendor = vendor
        self._host = host
        self._make = protocol
        self._server: asyncio.Server | None = None
        self._socket: socket.socket | None = self._bind(port)
        self.port: int = self._socket.getsockname()[1]
        self._guests: list[asyncio.Transport] = []

    async def open(self) -> None:
        """Listen."""
        if self._socket is not None:
            loop = asyncio.get_running_loop()
            sock, self._socket = self._socket, None
            self._server = await loop.create_server(self._protocol, sock=sock, backlog=2048)

    async def shut(self) -> None:
        """Refuse: cut who is connected and keep the port without listening on it.

        Returns once they are cut: who calls next finds no kept connection that still takes a call.
        """
        if self._server is not None:
            self._server.close()
            self._server = None
            self._cut_guests()
            self._socket = self._bind(self.port)
            # A loop closes what was aborted in the steps that follow.
            for _ in range(_STEPS_TO_CUT):
                await asyncio.sleep(0)

    def close(self) -> None:
        """Give the port back."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self._cut_guests()
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _bind(self, port: int) -> socket.socket:
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setblocking(False)
        sock.bind((self._host, port))
        return sock

    def _cut_guests(self) -> None:
        for transport in self._guests:
            transport.abort()
        self._guests.clear()

    def _protocol(self) -> Any:
        protocol = self._make()
        connection_made = protocol.connection_made

        def remember(transport: asyncio.Transport) -> None:
            self._guests = [guest for guest in self._guests if not guest.is_closing()]
            self._guests.append(transport)
            connection_made(transport)

        protocol.connection_made = remember
        return protocol


class Doors:
    """All doors, following the faults of the moment."""

    def __init__(self, doors: list[Door], faults: FaultBook) -> None:
        self._doors = doors
        self._faults = faults
        self._watch: asyncio.Task[None] | None = None
        self.ports = {door.vendor: door.port for door in doors}

    async def open(self) -> None:
        """Listen at every door and begin to follow the faults."""
        await self.follow()
        self._watch = asyncio.get_running_loop().create_task(self._keep_following())

    async def follow(self) -> None:
        """Shut or open each door as its vendor's faults say now."""
        for door in self._doors:
            if self._faults.refuses(door.vendor):
                await door.shut()
            else:
                await door.open()

    async def close(self) -> None:
        """Shut everything for good."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        for door in self._doors:
            door.close()

    async def _keep_following(self) -> None:
        # Only needed for faults that end by themselves; the control API follows at once.
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            await self.follow()
