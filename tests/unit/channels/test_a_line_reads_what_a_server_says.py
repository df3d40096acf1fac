"""What a server may answer over a kept connection, byte for byte, and what it proves."""

import gzip
import socket
import threading
from contextlib import closing

import pytest

from postlude.channels import lines, posting
from postlude.channels.lines import Lines
from postlude.channels.posting import Place
from postlude.channels.unanswered import NoAnswer, NotConnected

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
PACKED = gzip.compress(b"ok", mtime=0)


class Server:
    """Says one thing a request, on as many connections as come, and keeps what it was told."""

    def __init__(self, *says: bytes, hangs_up: bool) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._says, self._hangs_up = list(says), hangs_up
        self.connections, self.heard = 0, b""
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def place(self) -> Place:
        return Place("127.0.0.1", self._socket.getsockname()[1], secure=False)

    def _serve(self) -> None:
        while self._says:
            connection, _ = self._socket.accept()
            self.connections += 1
            with connection:
                self._talk(connection)

    def _talk(self, connection: socket.socket) -> None:
        while self._says and (heard := connection.recv(65_536)):
            self.heard += heard
            connection.sendall(self._says.pop(0))
            if self._hangs_up:
                return

    def close(self) -> None:
        self._thread.join(5)
        self._socket.close()


def asked(*says, hangs_up=False, times=1):
    with closing(Server(*says, hangs_up=hangs_up)) as server, closing(Lines()) as kept:
        answers = [
            lines.run(kept.post(server.place, "/send?key=k", {"text": "Привет"}))
            for _ in range(times)
        ]
        kept.close()  # before the server waits for what may still come
        return server, answers


@pytest.mark.parametrize(
    ("said", "hangs_up", "status", "body"),
    [
        (OK, False, 200, "ok"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK, False, 200, "ok"),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
            False,
            200,
            "ok",
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%b"
            % (len(PACKED), PACKED),
            False,
            200,
            "ok",
        ),
        (b"HTTP/1.0 200 OK\r\n\r\nok", True, 200, "ok"),
        (b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n", False, 302, ""),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok", True, 200, None),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n", True, 200, None),
        (
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\n" + PACKED[:9],
            False,
            200,
            None,
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 70000\r\n\r\n" + b"x" * 70_000,
            False,
            200,
            None,
        ),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", True, 200, None),
    ],
)
def test_an_answer_is_whole_or_has_no_body(said, hangs_up, status, body):
    _, (answer,) = asked(said, hangs_up=hangs_up)

    assert (status, body) == (answer.status, answer.body)


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200", b"SMTP ready\r\n"])
def test_without_a_status_nothing_is_proved(said):
    with pytest.raises(NoAnswer):
        asked(said, hangs_up=True)


def test_a_connection_is_kept_and_a_closed_one_is_not():
    kept, _ = asked(OK, OK, OK, times=3)
    bye = OK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    closed, _ = asked(bye, bye, times=2)

    assert (1, 2) == (kept.connections, closed.connections)


def test_what_comes_unasked_answers_nothing():
    server, (first, second) = asked(OK + OK.replace(b"ok", b"no"), OK, times=2)

    assert ("ok", "ok", 2) == (first.body, second.body, server.connections)


def test_a_form_goes_as_it_is_spelled():
    server, _ = asked(OK)

    head, _, body = server.heard.partition(b"\r\n\r\n")
    assert b"text=%D0%9F%D1%80%D0%B8%D0%B2%D0%B5%D1%82" == body
    assert head.startswith(b"POST /send?key=k HTTP/1.1\r\nHost: 127.0.0.1:")
    assert head.endswith(b"Content-Length: %d" % len(body))


def test_a_wait_that_is_asked_for_is_read():
    said = b"HTTP/1.1 429 Slow\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n"

    _, (answer,) = asked(said)

    assert (429, 7.0) == (answer.status, answer.retry_after)


def test_half_an_answer_in_time_is_one_without_a_body(monkeypatch):
    monkeypatch.setattr(posting, "READ_S", 0.1)

    _, (answer,) = asked(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok")

    assert (200, None) == (answer.status, answer.body)


@pytest.mark.parametrize("target", ["/a\r\nX: y", "/ ", "/\x00", "/ё"])
def test_an_address_with_a_line_of_its_own_is_not_written(target):
    kept = Lines()

    with pytest.raises(NotConnected):
        lines.run(kept.post(Place("127.0.0.1", 9, secure=False), target, {}))


def test_nothing_left_us_where_nobody_listens():
    with pytest.raises(NotConnected, match="ConnectionRefusedError"):
        lines.run(Lines().reach(Place("127.0.0.1", 9, secure=False)))
