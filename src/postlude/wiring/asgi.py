"""One port for everything: the collector's routes in front, Django behind a bridge."""

import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, cast

from a2wsgi import WSGIMiddleware

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

# A token or a key follows each of them; Django has no such routes.
COLLECTOR_PREFIXES = ("/o/", "/c/", "/go/", "/u/", "/v/", "/b/", "/p/", "/postlude.js")
_BRIDGE_THREADS = int(os.environ.get("POSTLUDE_WEB_THREADS", "8"))


def in_front(collector: App, django_wsgi: Any) -> App:
    """Return an app that gives the collector its routes and Django all others.

    Django never runs as ASGI: an async Django view costs six times the same view as WSGI.
    """
    behind = cast("App", WSGIMiddleware(django_wsgi, workers=_BRIDGE_THREADS))

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        mine = scope["type"] == "lifespan" or scope["path"].startswith(COLLECTOR_PREFIXES)
        await (collector if mine else behind)(scope, receive, send)

    return app
