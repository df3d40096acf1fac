"""However many attendees are new, KKTIX is asked a few at a time, and odd answers are refused."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from postlude.kernel import http
from postlude.sources.errors import SourceUnreadable
from postlude.sources.kktix.client import Organiser
from postlude.sources.kktix.settings import KktixSettings


class Counting(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    lock = threading.Lock()
    now = most = 0
    body: Any = None

    def do_GET(self) -> None:
        kind = type(self)
        with self.lock:
            kind.now += 1
            kind.most = max(kind.most, kind.now)
        threading.Event().wait(0.01)
        number = self.path.rsplit("/", 1)[1]
        body = {"id": number, "order_no": 1} if kind.body is None else kind.body
        raw = json.dumps(body).encode()
        with self.lock:
            kind.now -= 1
        self.send_response(200)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[tuple[type[Counting], str]]:
    handler = type("Handler", (Counting,), {})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as it:
        thread = threading.Thread(target=it.serve_forever, args=(0.02,))
        thread.start()
        yield handler, f"http://127.0.0.1:{it.server_port}"
        http.close_all()
        it.shutdown()
        thread.join()


@pytest.mark.parametrize("concurrency", [1, 3])
def test_a_few_at_a_time(server: Any, concurrency: int) -> None:
    handler, url = server
    settings = KktixSettings(url=url, token="x", concurrency=concurrency)
    beats: list[int] = []
    ids = [str(number) for number in range(30)]
    answers = Organiser(settings).attendees("1", ids, alive=lambda: beats.append(1))
    assert ids == list(answers)
    assert concurrency == handler.most
    assert 30 == len(beats)


ODD_EVENTS = [
    [],
    {},
    "x",
    {"data": None},
    {"data": [7]},
    {"data": [{"id": 1}]},
    {"data": [{"id": "../admin", "name": "x"}]},
]
ODD_BOOKS = [{}, [7], [{"id": None}], "x", [{}]]


@pytest.mark.parametrize("body", ODD_EVENTS)
def test_an_odd_list_of_events_is_not_an_empty_one(server: Any, body: Any) -> None:
    handler, url = server
    handler.body = body
    with pytest.raises(SourceUnreadable):
        Organiser(KktixSettings(url=url, token="x")).events()


@pytest.mark.parametrize("body", ODD_BOOKS)
def test_odd_books_are_not_an_empty_list(server: Any, body: Any) -> None:
    handler, url = server
    handler.body = body
    with pytest.raises(SourceUnreadable):
        Organiser(KktixSettings(url=url, token="x")).attendee_ids("1")


@pytest.mark.parametrize("body", [[], {"id": 2, "order_no": 1}, {"id": 1}, None])
def test_another_record_is_not_the_attendee(server: Any, body: Any) -> None:
    handler, url = server
    handler.body = body if body is not None else {"id": None, "order_no": 3}
    with pytest.raises(SourceUnreadable):
        Organiser(KktixSettings(url=url, token="x")).attendee("1", "1")
