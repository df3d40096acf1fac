"""A load of HTTP requests from one thread: so many connections, each with one request on its way.

Requests are bytes made beforehand, so that the load costs little beside the server it measures.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import uvloop


@dataclass
class Result:
    """What came back, by status, and how long each took (seconds)."""

    seconds: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)

    @property
    def per_s(self) -> float:
        return round(sum(self.statuses.values()) / self.seconds, 1) if self.seconds else 0.0

    @property
    def p99_ms(self) -> float:
        ordered = sorted(self.latencies)
        return round(ordered[int(len(ordered) * 0.99)] * 1_000, 2) if ordered else 0.0


class _Connection(asyncio.Protocol):
    def __init__(self, requests: Iterator[bytes], result: Result, until: float) -> None:
        self._requests, self._result, self._until = requests, result, until
        self._buffer = b""
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head = self._buffer.find(b"\r\n\r\n")
        if head < 0:
            return
        at = self._buffer.lower().find(b"content-length:", 0, head)
        length = int(self._buffer[at + 15 : self._buffer.find(b"\r", at)]) if at >= 0 else 0
        if len(self._buffer) < head + 4 + length:
            return
        now = time.perf_counter()
        self._result.statuses[int(self._buffer[9:12])] += 1
        self._result.latencies.append(now - self._began)
        self._buffer = b""
        if now < self._until:
            self._ask()
        else:
            self._transport.close()

    def connection_lost(self, _: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)

    def _ask(self) -> None:
        self._began = time.perf_counter()
        self._transport.write(next(self._requests))


def run(port: int, requests: Iterator[bytes], *, seconds: float, connections: int) -> Result:
    """Ask for so many seconds."""

    async def load() -> Result:
        result, begin = Result(), time.perf_counter()
        loop = asyncio.get_running_loop()
        held = []
        for _ in range(connections):
            _, one = await loop.create_connection(
                lambda: _Connection(requests, result, begin + seconds), "127.0.0.1", port
            )
            held.append(one)
        await asyncio.gather(*(one.done for one in held))
        result.seconds = time.perf_counter() - begin
        return result

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(load())


def get(path: str, **headers: str) -> bytes:
    return _request("GET", path, headers, b"")


def post(path: str, body: bytes, **headers: str) -> bytes:
    return _request("POST", path, headers | {"content-length": str(len(body))}, body)


def _request(method: str, path: str, headers: dict[str, str], body: bytes) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "host: 127.0.0.1"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body
