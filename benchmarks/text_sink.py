"""A form gateway that takes every text at once: the far end of the benchmarks of sending.

    python benchmarks/text_sink.py

Listens on a free port of 127.0.0.1, prints it, and ends by SIGTERM. A posted form with `phones` and
`text` is kept in memory and answered `{"mesages_sent": 1}` (the gateway's own spelling), on a
connection that is kept; anything else counts 0. GET /seen tells how many texts came, when the last
one did (`time.monotonic()`, which all processes of a machine share) and the processor seconds that
it all took; GET /texts lists them; DELETE forgets them. No HTTP library: it has to cost so little
that the sender is what is measured.

`sink()` runs one in a process of its own.
"""

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import held_process

HOST = "127.0.0.1"
_END = b"\r\n\r\n"
_LENGTH = b"content-length:"
_LARGEST = 65_536


@dataclass(frozen=True, slots=True)
class Seen:
    """What has arrived: `last_at` by `time.monotonic()`, the sink's own processor seconds."""

    texts: int
    last_at: float
    cpu_s: float


@dataclass(frozen=True, slots=True)
class Sink:
    """A running sink, as those see it who post to it and ask it."""

    port: int

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}/send-sms.html"

    def seen(self) -> Seen:
        return Seen(**self._ask("GET", "/seen"))

    def texts(self) -> list[tuple[str, str]]:
        """Return phone and text of each, in the order in which they came."""
        return [(phone, text) for phone, text in self._ask("GET", "/texts")]

    def forget(self) -> None:
        self._ask("DELETE", "/texts")

    def _ask(self, method: str, path: str) -> Any:
        connection = HTTPConnection(HOST, self.port, timeout=30)
        try:
            connection.request(method, path)
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()


@contextmanager
def sink() -> Iterator[Sink]:
    """Run a sink until the block ends, or this process does."""
    with held_process.held([sys.executable, str(Path(__file__).resolve())]) as process:
        assert process.stdout is not None
        yield Sink(int(process.stdout.readline()))


class _Log:
    def __init__(self) -> None:
        self.forms: list[bytes] = []
        self.last_at = 0.0

    def take(self, form: bytes) -> bytes:
        if b"phones=" not in form or b"text=" not in form:
            return _NONE
        self.forms.append(form)
        self.last_at = time.monotonic()
        return _ONE

    def answer(self, line: bytes) -> bytes:
        if line.startswith(b"GET /texts "):
            return _reply([_read(form) for form in self.forms])
        if line.startswith(b"DELETE "):
            self.forms.clear()
        times = {"last_at": self.last_at, "cpu_s": time.process_time()}
        return _reply({"texts": len(self.forms), **times})


class _Talk(asyncio.Protocol):
    """One connection. Requests may come in pieces, and several in one."""

    def __init__(self, log: _Log) -> None:
        self._log = log
        self._rest = b""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        data = self._rest + data
        answers = []
        while (end := data.find(_END)) >= 0:
            head, begin = data[:end], end + len(_END)
            length = _length(head) if head.startswith(b"POST ") else 0
            if len(data) < begin + length:
                break
            if head.startswith(b"POST "):
                answers.append(self._log.take(data[begin : begin + length]))
            else:
                answers.append(self._log.answer(head))
            data = data[begin + length :]
        self._rest = data
        self._transport.write(b"".join(answers))
        if len(data) > _LARGEST:
            self._transport.close()


def _length(head: bytes) -> int:
    low = head.lower()
    at = low.find(_LENGTH)
    return int(low[at + len(_LENGTH) :].split(b"\r\n", 1)[0]) if at >= 0 else 0


def _reply(said: Any) -> bytes:
    body = json.dumps(said).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return head.encode() + _END + body


_ONE, _NONE = (_reply({"mesages_sent": count}) for count in (1, 0))


def _read(form: bytes) -> tuple[str, str]:
    fields = parse_qs(form.decode())
    return fields["phones"][0], fields["text"][0]


async def _serve() -> None:
    log = _Log()
    server = await asyncio.get_running_loop().create_server(lambda: _Talk(log), HOST, 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def main() -> None:
    try:
        import uvloop
    except ImportError:  # a peer's environment has none; the standard loop is quick enough
        asyncio.run(_serve())
    else:
        uvloop.run(_serve())


if __name__ == "__main__":
    main()
