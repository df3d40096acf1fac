"""Readers with a browser: they load the pixel and follow links, on this machine only."""

from __future__ import annotations

import asyncio
import html
import ipaddress
import re
from urllib.parse import urljoin, urlsplit

import httpx

from postlude.kernel import http
from postlude.sandbox.mailgun.parsing import Message

_PIXEL = re.compile(r'<img[^>]+src="(https?://[^"]+)"')
_BROWSER = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0 Safari/537.36"
)
_MOST_HOPS = 5
_AT_ONCE = 8


class Visits:
    """Requests of readers; whatever leads off this machine is where a reader stops."""

    def __init__(self) -> None:
        self.count = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._free = asyncio.Semaphore(_AT_ONCE)

    def open(self, message: Message) -> None:
        """Show the mail: load its pictures."""
        for url in _PIXEL.findall(message.html):
            self.follow(url)

    def follow(self, url: str) -> None:
        """Click a link as it stands in the mail, and go where it leads."""
        task = asyncio.get_running_loop().create_task(self._walk(html.unescape(url)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def cancel(self) -> None:
        """End those that are on their way."""
        for task in self._tasks:
            task.cancel()

    async def _walk(self, url: str) -> None:
        fresh = httpx.AsyncClient(timeout=10, trust_env=False, verify=http.trust())
        async with self._free, fresh as browser:
            for _ in range(_MOST_HOPS):
                if not _is_here(url):
                    return
                try:
                    answer = await browser.get(url, headers={"User-Agent": _BROWSER})
                except httpx.HTTPError:
                    return
                self.count += 1
                if not answer.has_redirect_location:
                    return
                url = urljoin(url, answer.headers["location"])


def _is_here(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
