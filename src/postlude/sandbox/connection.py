"""Cutting a TCP connection for real: no status line, no 500, just the end of the line."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable

from starlette.types import Receive, Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

EXTENSION = "postlude.sandbox.cut"
# Linger on, zero seconds: closing then sends RST instead of FIN.
_LINGER_RST = struct.pack("ii", 1, 0)


class CuttableProtocol(HttpToolsProtocol):
    """Uvicorn's HTTP protocol which lends each request the means to cut its own connection."""

    def on_message_begin(self) -> None:
        """Start a request and hand its scope the knife."""
        super().on_message_begin()
        extensions: dict[str, object] = {EXTENSION: self.cut}
        self.scope["extensions"] = extensions  # type: ignore[typeddict-item]

    def cut(self, *, reset: bool = False) -> None:
        """End the connection at once: by FIN, or by RST when `reset`."""
        sock: socket.socket | None = self.transport.get_extra_info("socket")
        if reset and sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_RST)
        self.transport.abort()


async def cut(scope: Scope, receive: Receive, *, reset: bool) -> None:
    """Cut this request's connection and return when the server has noticed.

    Returning earlier would let the server take the missing answer for a bug and write a 500.
    """
    knife: Callable[..., None] | None = (scope.get("extensions") or {}).get(EXTENSION)
    if knife is None:
        raise RuntimeError("dropping connections needs postlude.sandbox.server as the server")
    knife(reset=reset)
    while (await receive())["type"] != "http.disconnect":
        pass
