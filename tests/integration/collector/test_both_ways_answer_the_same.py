"""The short way below ASGI and the long way answer the same bytes, and keep the same."""

import re
import socket
import time
from collections.abc import Iterator
from typing import Self

import pytest

from postlude.collector import shortcut
from postlude.kernel import store
from postlude.orgs import api as orgs
from support.beacons import SHOP, event, page_view
from support.collecting import collecting

CHROME = "Mozilla/5.0 (X11; Linux x86_64) Chrome/126.0 Safari/537.36"
_CHANGES = re.compile(rb"date: [^\r]*|plc=[A-Za-z0-9_-]{22};|pl_click=[A-Za-z0-9_-]{22}")


class Line:
    """One connection, on which bytes are said and answers are heard."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def __init__(self, address: str) -> None:
        host, port = address.removeprefix("http://").split(":")
        self._socket = socket.create_connection((host, int(port)), timeout=10)

    def say(self, *parts: bytes) -> None:
        for part in parts:
            self._socket.sendall(part)
            time.sleep(0.01 if len(parts) > 1 else 0)

    def hear(self, *, bodiless: bool = False) -> bytes:
        """Return one answer, of which what differs by itself is left out."""
        heard = b""
        while b"\r\n\r\n" not in heard:
            heard += (got := self._socket.recv(1))
            if not got:
                return heard
        length = re.search(rb"content-length: (\d+)", heard)
        left = int(length[1]) if length and not bodiless else 0
        while left:
            heard += (got := self._socket.recv(left))
            left -= len(got)
        return _CHANGES.sub(b"~", heard)

    def ended(self) -> bool:
        self._socket.settimeout(1)
        try:
            return self._socket.recv(1) == b""
        except TimeoutError:
            return False


@pytest.fixture
def ways(db) -> Iterator[tuple[Line, Line]]:
    with (
        collecting() as short,
        collecting(short=False) as long,
        Line(short) as one,
        Line(long) as other,
    ):
        yield one, other


@pytest.fixture
def key(org) -> str:
    return orgs.issue_write_key(org.id, "shop", [SHOP]).key


def asking(method: str, path: str, body: bytes | None = None, **headers: str) -> bytes:
    said = {"user-agent": CHROME} | {n.replace("_", "-"): v for n, v in headers.items()}
    if body is not None:
        said["content-length"] = str(len(body))
    lines = [f"{method} {path} HTTP/1.1", "host: x", *(f"{n}: {v}" for n, v in said.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + (body or b"")


def kept() -> list[tuple]:
    # A hit that comes again is one touch within a second, and another in the next.
    touches = (
        "SELECT DISTINCT kind, message, link, agent, reasons, origin, visitor FROM tracking_touch"
    )
    hits = "SELECT kind, action, url, agent, reasons FROM activity_activity"
    counted = "SELECT kind, action, hits FROM activity_facts_uncounted"
    return [sorted(store.rows_sql(sql), key=str) for sql in (touches, hits, counted)]


def empty() -> None:
    for table in ("tracking_touch", "activity_activity", "activity_uncounted", "activity_counted"):
        store.execute(f"DELETE FROM {table}")


def both(ways: tuple[Line, Line], *requests: bytes, bodiless: bool = False) -> bytes:
    """Say it on each way; the answers and what was kept are the same. Returns the last answer."""
    answers, rows = [], []
    for line in ways:
        empty()
        heard = []
        for request in requests:
            line.say(request)
            heard.append(line.hear(bodiless=bodiless))
        answers.append(heard)
        rows.append(kept())
    assert answers[1] == answers[0]
    assert rows[1] == rows[0]
    return answers[0][-1]


CHANGED = "A" * 22


HEADERS: tuple[tuple[dict[str, str], int], ...] = (
    ({}, 1),
    ({"user_agent": "Googlebot/2.1", "x_forwarded_for": "192.0.2.7"}, 1),
    ({"x_forwarded_for": "192.0.2.7, 198.51.100.9", "x_forwarded_proto": "https"}, 1),
    ({"sec_purpose": "prefetch"}, 0),
    ({"purpose": "preview", "accept_language": "zh-TW"}, 0),
    ({"x_moz": "prefetch"}, 0),
    ({"cookie": "a=b; plc=browser-of-ann-0001", "sec_gpc": "1"}, 1),
    ({"connection": "keep-alive", "accept": "image/*", "if_none_match": "x"}, 1),
)


@pytest.mark.parametrize("path", ["/o/{}.gif", "/o/{}", "/c/{}/0"])
def test_a_hit_by_a_browser(ways, sent, path):
    for headers, counts in HEADERS:
        both(ways, asking("GET", path.format(sent.token), **headers))
        assert counts == len(kept()[0]), headers


GUESSES = (
    "/o/x.gif",
    f"/o/{CHANGED}.gif",
    "/o/",
    "/o/%41.gif",
    "/o/x.gif?y=1",
    "/o/x/../y",
    f"/c/{CHANGED}/0",
    f"/c/{CHANGED}/99999",
    "/c/{}/9",
    "/c/{}/65535",
    "/c/{}/0?x=1",
    "/c/{}/00000",
    "/c/{}/000000",
    "/b/plw_AAAAAAAAAAAAAAAAAAAA",
    "/nothing",
)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS", "DELETE"])
def test_a_guess_and_a_wrong_method(ways, sent, method):
    body = b"" if method == "POST" else None
    for path in GUESSES:
        said = asking(method, path.format(sent.token), body, accept_language="zh")
        both(ways, said, bodiless=method == "HEAD")


def test_the_trap_and_a_page_of_an_own_site(ways, to_shop, key):
    from postlude.messages import api as messages

    both(ways, asking("GET", f"/c/{to_shop.token}/{messages.TRAP}"))
    told = both(ways, asking("GET", f"/c/{to_shop.token}/0"))
    assert b"set-cookie" in told
    assert b"set-cookie" not in both(ways, asking("GET", f"/c/{to_shop.token}/0", sec_gpc="1"))
    known = {"cookie": "plc=browser-of-ann-0001"}
    assert b"location: https" in both(ways, asking("GET", f"/c/{to_shop.token}/0", **known))


def told(*hits: dict, **more: object) -> bytes:
    import json

    return json.dumps({"hits": hits, **more}).encode()


def letters() -> list[tuple[bytes, dict[str, str]]]:
    return [
        (told(page_view(), cid="browser-of-ann-0001"), {}),
        (told(page_view(), event()), {"cookie": "plc=browser-of-ann-0001"}),
        (told(page_view()), {"x_forwarded_proto": "https"}),
        (told(page_view(), {"id": "x"}, cid="x"), {"cookie": "plc=browser-of-ann-0001"}),
        (told({"id": "x"}), {}),
        (told(page_view(), consent=False), {}),
        (told(page_view()), {"sec_gpc": "1"}),
        (told(page_view(), automated=True), {"user_agent": "curl/8"}),
        (told(page_view()), {"origin": "https://elsewhere.example.test"}),
        (told(page_view()), {"origin": ""}),
        (told(), {}),
        (b"{", {}),
        (b"", {}),
        (b"[]", {}),
        (b'{"hits": [NaN]}', {}),
        (b'{"hits": "\xff"}', {}),
        (b"x" * 65_536, {}),
        (b"x" * 65_537, {}),
        (b"x" * 200_000, {}),
        (told(page_view()), {"expect": "100-continuously"}),
    ]


def test_what_a_page_tells(ways, key):
    for body, headers in letters():
        said = asking("POST", f"/b/{key}", body, **({"origin": SHOP} | headers))
        # The first of them asks whose key it is; the others know.
        both(ways, said, said)


def test_the_country_that_a_proxy_says_is_carried(ways, key, settings):
    settings.POSTLUDE_COUNTRY_HEADER = "X-Country"
    for line, countries in zip(ways, (("TW", "JP"), ("DE", "FR")), strict=True):
        for country in countries:
            body = told(page_view())
            line.say(asking("POST", f"/b/{key}", body, origin=SHOP, x_country=country))
            line.hear()
        rows = store.rows_sql("SELECT country FROM people_visitor")
        assert set(countries) <= {country for (country,) in rows}


def test_a_page_of_another_site_asks_whether_it_may(ways, key):
    for origin in (SHOP, "https://elsewhere.example.test"):
        said = asking("OPTIONS", f"/b/{key}", origin=origin, access_control_request_method="POST")
        both(ways, said, said)


def chunked(key: str, body: bytes) -> bytes:
    head = asking("POST", f"/b/{key}", origin=SHOP, transfer_encoding="chunked")
    return head + b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)


def test_a_body_in_chunks_or_in_pieces_is_one_body(ways, key):
    body = told(page_view(), cid="browser-of-ann-0001")
    said = asking("POST", f"/b/{key}", body, origin=SHOP)
    assert b" 204 " in both(ways, said, chunked(key, body), said)
    for line in ways:
        line.say(said[:20], said[20:200], said[200:-9], said[-9:])
    assert b" 204 " in ways[0].hear() == ways[1].hear()


def test_requests_in_a_row_are_answered_in_their_order(ways, sent, key):
    body = told(page_view(), cid="browser-of-ann-0001")
    row = [
        asking("GET", f"/o/{sent.token}.gif"),
        asking("GET", f"/c/{sent.token}/0"),
        asking("POST", f"/b/{key}", body, origin=SHOP),
        asking("GET", "/nothing"),
        asking("GET", f"/o/{sent.token}.gif"),
    ]
    both(ways, row[2])
    for line in ways:
        line.say(b"".join(row))
    heard = [[line.hear() for _ in row] for line in ways]
    assert heard[0] == heard[1]
    assert [200, 302, 204, 404, 200] == [int(each[9:12]) for each in heard[0]]
    assert b" 200 " in both(ways, row[0])


def test_who_wants_another_protocol_gets_none_and_no_answer_twice(ways, sent):
    hit = asking("GET", f"/o/{sent.token}.gif")
    other = asking("GET", f"/o/{sent.token}.gif", connection="upgrade", upgrade="h2c")
    both(ways, hit, other, hit)
    assert 1 == len(kept()[0])


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_who_wants_the_connection_to_end_is_told_and_it_ends(ways, sent, version):
    said = asking("GET", f"/o/{sent.token}.gif", connection="close")
    said = said.replace(b"HTTP/1.1", f"HTTP/{version}".encode())
    assert b"connection: close" in both(ways, said)
    assert all(line.ended() for line in ways)


def test_nonsense_is_refused_and_the_connection_ends(ways):
    both(ways, b"GET /o/x.gif HTTP/1.1\r\nbad header\r\n\r\n")
    assert all(line.ended() for line in ways)


def test_a_connection_that_rests_is_closed_and_one_that_works_is_not(db, sent):
    for short in (True, False):
        with collecting(short=short, timeout_keep_alive=1) as address, Line(address) as line:
            for _ in range(4):
                line.say(asking("GET", f"/o/{sent.token}.gif"))
                assert b" 200 " in line.hear()
                time.sleep(0.5)
            time.sleep(1.5)
            assert line.ended()


def test_who_goes_away_harms_nobody(db, sent):
    with collecting() as address:
        for _ in range(5):
            with Line(address) as line:
                line.say(asking("GET", f"/c/{sent.token}/0"))
        with Line(address) as line:
            line.say(asking("GET", f"/o/{sent.token}.gif"))
            assert b" 200 " in line.hear()


def test_where_the_database_is_ill_it_is_said_and_a_click_leads_on(ways, sent, key, monkeypatch):
    from postlude.collector.rush import Rush

    body = told(page_view(), cid="browser-of-ann-0001")
    beacon = asking("POST", f"/b/{key}", body, origin=SHOP)
    both(ways, beacon)

    def ill(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(Rush, "__call__", ill)
    assert b" 503 " in both(ways, asking("GET", f"/o/{sent.token}.gif"))
    assert b" 302 " in both(ways, asking("GET", f"/c/{sent.token}/0"))
    assert b" 503 " in both(ways, beacon)


def test_most_hits_really_go_the_short_way(db, sent, key, monkeypatch):
    """Otherwise the tests above would compare the long way with itself."""
    long: list[bytes] = []
    real = shortcut.Shortcut._go_the_long_way
    monkeypatch.setattr(
        shortcut.Shortcut,
        "_go_the_long_way",
        lambda self: (long.append(self.url), real(self))[1],
    )
    body = told(page_view(), cid="browser-of-ann-0001")
    with collecting() as address, Line(address) as line:
        for said in (
            asking("POST", f"/b/{key}", body, origin=SHOP),
            asking("POST", f"/b/{key}", body, origin=SHOP),
            asking("GET", f"/o/{sent.token}.gif"),
            asking("GET", f"/c/{sent.token}/0", x_forwarded_for="192.0.2.7"),
            asking("HEAD", f"/o/{sent.token}.gif"),
        ):
            line.say(said)
            line.hear(bodiless=said.startswith(b"HEAD"))
    assert [f"/b/{key}".encode(), f"/o/{sent.token}.gif".encode()] == long


def test_the_short_way_hands_over_every_header_that_is_looked_at(ways, sent, key, monkeypatch):
    """The decisions read headers by name; each of those names has to be carried."""
    from postlude.collector import app

    asked: set[str] = set()

    class Watched(dict):
        def get(self, name, default=None):
            asked.add(name)
            return super().get(name, default)

        def __contains__(self, name):
            asked.add(name)
            return super().__contains__(name)

        def __iter__(self):
            raise AssertionError("asked for all of them")

    real = app.read

    async def watched(*arguments, **named):
        request = await real(*arguments, **named)
        request.headers = Watched(request.headers)
        return request

    monkeypatch.setattr(app, "read", watched)
    monkeypatch.setattr("postlude.tracking.agents._SPEAKING", _Asks())
    body = told(page_view(), cid="browser-of-ann-0001")
    for said in (
        asking("POST", f"/b/{key}", body, origin=SHOP),
        asking("GET", f"/o/{sent.token}.gif"),
        asking("GET", f"/c/{sent.token}/0"),
        asking("GET", f"/c/{CHANGED}/0"),
    ):
        ways[1].say(said)
        ways[1].hear()
    assert {"origin", "user-agent", "accept-language"} <= asked <= set(shortcut.READ)


class _Asks(frozenset):
    """Names that are all looked for by name."""

    def __new__(cls):
        return super().__new__(cls, ("sec-purpose", "purpose", "x-purpose", "x-moz"))

    def isdisjoint(self, headers):
        return not any(name in headers for name in self)
