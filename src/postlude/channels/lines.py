"""Kept connections to small vendors, all of them served by one thread with one event loop.

Sixteen threads that each wait for one answer fight for the interpreter: a text over them costs
five times the processor's time. What is idle is watched, too, so a connection that the vendor
closes is not written into.
"""

import asyncio
import atexit
import os
import threading
from collections.abc import Coroutine
from functools import cache, lru_cache
from ssl import SSLContext
from typing import Any, TypeVar
from urllib.parse import urlencode

import httpx

from postlude import __version__
from postlude.channels import posting
from postlude.channels.posting import Answer, Place
from postlude.channels.talk import Talk
from postlude.channels.unanswered import NotConnected
from postlude.kernel import clock

_IDLE_S = 2.0  # less than servers keep an idle connection, so that we never write into a closed one
_CONTROL = frozenset(map(chr, range(33))) | {"\x7f"}
T = TypeVar("T")


class Lines:
    """Connections of one channel. Its coroutines run in the thread of `run` only."""

    def __init__(self) -> None:
        self._idle: dict[Place, list[Talk]] = {}

    async def post(self, place: Place, target: str, form: dict[str, str]) -> Answer:
        """Post a form once; raise NotConnected or NoAnswer. Redirects are answers."""
        body = urlencode(form).encode()
        request = b"%b%d\r\n\r\n%b" % (_head(place, target), len(body), body)
        talk = self._kept(place) or await _opened(place)
        answer = await talk.post(request)
        if talk.usable:
            self._idle.setdefault(place, []).append(talk)
        return answer

    async def reach(self, place: Place) -> None:
        """Connect, and hang up; raise NotConnected."""
        (await _opened(place)).close()

    def close(self) -> None:
        """Close every idle connection."""
        if self._idle:
            run(self._hang_up())

    async def _hang_up(self) -> None:
        idle, self._idle = self._idle, {}
        for talk in (each for kept in idle.values() for each in kept):
            talk.close()
        await asyncio.sleep(0)  # closing is the loop's next turn

    def _kept(self, place: Place) -> Talk | None:
        idle = self._idle.get(place)
        while idle:
            talk = idle.pop()
            if talk.usable and clock.monotonic() - talk.used_at < _IDLE_S:
                return talk
            talk.close()
        return None


async def _opened(place: Place) -> Talk:
    try:
        async with asyncio.timeout(posting.CONNECT_S):
            _, talk = await asyncio.get_running_loop().create_connection(
                Talk, place.host, place.port, ssl=_trust() if place.secure else None
            )
    except (OSError, ValueError) as error:  # a name that cannot be looked up is a ValueError
        raise NotConnected(type(error).__name__) from None
    return talk


@lru_cache(maxsize=64)
def _head(place: Place, target: str) -> bytes:
    """Return a request up to the number of its bytes; raise NotConnected where it cannot be."""
    if not (target + place.host).isascii() or _CONTROL & set(target + place.host):
        raise NotConnected("InvalidURL")
    host = f"[{place.host}]" if ":" in place.host else place.host
    usual = place.port == (443 if place.secure else 80)
    lines = (
        f"POST {target} HTTP/1.1",
        f"Host: {host}" if usual else f"Host: {host}:{place.port}",
        f"User-Agent: Postlude/{__version__}",
        "Accept-Encoding: gzip",
        "Content-Type: application/x-www-form-urlencoded; charset=utf-8",
        "Content-Length: ",
    )
    return "\r\n".join(lines).encode("ascii")


@cache
def _trust() -> SSLContext:
    return httpx.create_ssl_context()


class _Thread:
    """The event loop and its thread; made at first use, so never before a fork."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    def loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = _new_loop()
                thread = threading.Thread(
                    target=self._loop.run_forever, name="channel-lines", daemon=True
                )
                thread.start()
                atexit.register(_stop, self._loop, thread)
            return self._loop


def _new_loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop  # noqa: PLC0415 - there is none for Windows
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


def _stop(loop: asyncio.AbstractEventLoop, thread: threading.Thread) -> None:
    loop.call_soon_threadsafe(loop.stop)
    thread.join(posting.CONNECT_S)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in the thread of the lines, and wait for it."""
    return asyncio.run_coroutine_threadsafe(work, _thread.loop()).result()


def _forget() -> None:
    global _thread  # noqa: PLW0603 - a child has none of its parent's threads
    _thread = _Thread()


_thread = _Thread()
os.register_at_fork(after_in_child=_forget)
