"""A reader with a browser loads the pixel and follows the link as far as this machine goes."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from postlude.sandbox.server import Sandbox

READERS = {"delivered_after_ms": 5, "read_after_ms": 10, "click": 1.0, "browser": True}

pytestmark = pytest.mark.once


class Page(BaseHTTPRequestHandler):
    seen: list[tuple[str, str]]

    def do_GET(self) -> None:
        self.seen.append((self.path, self.headers["User-Agent"]))
        there = {"/c?a=1&b=2": "/door", "/door": "https://elsewhere.example.test/"}.get(self.path)
        self.send_response(302 if there else 200)
        if there:
            self.send_header("Location", there)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    seen: list[tuple[str, str]] = []
    handler = type("Handler", (Page,), {"seen": seen})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", seen
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_pixel_is_loaded_and_the_link_followed(
    site: tuple[str, list[tuple[str, str]]],
) -> None:
    here, seen = site
    letter = f'<a href="{here}/c?a=1&amp;b=2">in</a><img alt="" src="{here}/o.gif">'
    with Sandbox() as sandbox:
        sandbox.client.configure("mailgun", receipts=READERS)
        mail = {"from": "a@mg.example.test", "to": "ann@example.test", "subject": "s"}
        httpx.post(
            f"{sandbox.url('mailgun')}/v3/mg.example.test/messages",
            auth=("api", "sandbox-mailgun-key"),
            data={**mail, "html": letter},
        ).raise_for_status()
        sandbox.client.wait_for(lambda: len(seen) == 3)
    assert {"/o.gif", "/c?a=1&b=2", "/door"} == {path for path, _ in seen}
    assert all("Chrome" in agent for _, agent in seen)
