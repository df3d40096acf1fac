"""A long-running `postlude` command in a process of its own, over a fresh home."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import httpx

from postlude.kernel.http import trust
from support.fresh_home import ROOT, FreshHome

# Two engines and a browser may share the machine: these say that it hangs, not how long it takes.
_START_S = 180
STOP_S = 60
T = TypeVar("T")
_COMMAND = [sys.executable, "-m", "postlude.wiring"]


class Running:
    """A process and the port it was given."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
        self.process, self.port, self._log = process, port, log

    @property
    def log(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def get(self, path: str) -> httpx.Response:
        return httpx.get(
            f"http://127.0.0.1:{self.port}{path}", trust_env=False, timeout=60, verify=trust()
        )

    def answers(self, path: str) -> httpx.Response:
        """Return the first answer; a process that ends instead has its log shown."""
        return self.in_time(lambda: self.get(path))

    def in_time(self, ask: Callable[[], T]) -> T:
        """Ask until there is an answer, and fail when the process ends or the time is up."""
        deadline = time.monotonic() + _START_S
        while True:
            assert self.process.poll() is None, self.log
            try:
                return ask()
            except (httpx.TransportError, LookupError):
                assert time.monotonic() < deadline, self.log
                time.sleep(0.1)

    def stop(self) -> int:
        """Ask it to end as an init system would; return its exit code, or fail if it does not."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_S)


@contextmanager
def running(
    home: FreshHome, folder: Path, *arguments: str, listens: bool = True
) -> Iterator[Running]:
    """Start `postlude <arguments>`, with a free port where it listens."""
    port = free_port() if listens else 0
    log = folder / f"{arguments[0]}.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [*_COMMAND, *arguments, *(("--port", str(port)) if listens else ())],
            cwd=ROOT,
            env=home._environment,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
        try:
            yield Running(process, port, log)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait(10)


def refused(home: FreshHome, *arguments: str) -> tuple[int, str]:
    """Run a command that should not get far; return its exit code and what it says."""
    done = subprocess.run(
        [*_COMMAND, *arguments],
        cwd=ROOT,
        env=home._environment,
        capture_output=True,
        text=True,
        timeout=_START_S,
        check=False,
    )
    return done.returncode, done.stderr


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
