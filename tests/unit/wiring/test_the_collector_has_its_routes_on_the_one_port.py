"""In front of Django the collector gets every path that it serves, and Django all others."""

import asyncio

import pytest

from postlude.wiring import asgi

OURS = [
    "/o/x.gif",
    "/c/x/0",
    "/go/x",
    "/u/x",
    "/v/x",
    f"/b/plw_{'A' * 20}",
    f"/p/plw_{'A' * 20}/show",
    "/postlude.js",
]
DJANGOS = ["/", "/login/", "/api/v1/events", "/static/x.css", "/beacon", "/org/shop/"]


@pytest.mark.parametrize("path", [*OURS, *DJANGOS])
def test_a_path_goes_to_whom_it_is_of(monkeypatch, path):
    went: list[str] = []

    def named(name: str):
        async def app(_scope, _receive, _send) -> None:
            went.append(name)

        return app

    monkeypatch.setattr(asgi, "WSGIMiddleware", lambda *_, **__: named("django"))
    app = asgi.in_front(named("collector"), None)
    asyncio.run(app({"type": "http", "path": path}, None, None))

    assert went == (["collector"] if path in OURS else ["django"])
