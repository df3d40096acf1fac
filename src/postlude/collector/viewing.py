"""`/v/<token>`: a mail in the browser.

The page is what a marketer wrote, on our own address: the browser runs nothing of it, and takes
it for a page of nobody's.
"""

from html import escape

from postlude.collector.arrivals import TOUCHES, Arrival
from postlude.collector.commits import GroupCommit
from postlude.collector.http import Answer, Request
from postlude.collector.pages import Page, page
from postlude.collector.rush import Rush
from postlude.collector.threads import Readers, close_connections
from postlude.kernel import clock
from postlude.messages import api as messages
from postlude.tracking import api as tracking
from postlude.tracking.types import TouchKind

_READ = ("GET", "HEAD")
_POLICY = (
    "default-src 'none'; img-src http: https: data:; style-src 'unsafe-inline' http: https:; "
    "font-src http: https: data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
)
_HEADERS = (
    (b"content-type", b"text/html; charset=utf-8"),
    (b"content-security-policy", _POLICY.encode()),
    (b"x-frame-options", b"DENY"),
)


class Views:
    """Shows mails, and keeps that they were looked at: no open and no click."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers
        self._commits: GroupCommit[Arrival] = GroupCommit(Rush(TOUCHES), at_end=close_connections)

    def close(self) -> None:
        """Commit what waits."""
        self._commits.close()

    async def __call__(self, request: Request, token: str) -> Answer:
        """Answer with the mail; HEAD and what is fetched ahead write nothing."""
        if request.method not in _READ:
            return Answer(405, b"", ((b"allow", b"GET, HEAD"),))
        found = await self._readers.run(lambda: messages.in_browser(token, now=clock.now()))
        if found is None or found.expired:
            kind = Page.NOT_FOUND if found is None else Page.EXPIRED
            return page(kind, request.headers.get("accept-language", ""))
        if tracking.fetches_ahead(request.headers):
            # Now it would be shown later without telling us; so it comes back when it is.
            return Answer(503, b"", ((b"retry-after", b"0"),))
        if request.method == "GET":
            await self._commits.put(_looked(request, found.token))
        return Answer(200, _body(found).encode(), _HEADERS)


def _looked(request: Request, token: str) -> Arrival:
    agent = tracking.look(request.headers, request.method, request.ip)
    origin = tracking.veil(request.ip)
    return Arrival(kind=TouchKind.VIEW, at=clock.now(), origin=origin, agent=agent, token=token)


def _body(found: messages.WebVersion) -> str:
    if found.html.strip():
        return found.html
    style = "max-width:42em;margin:2em auto;padding:0 1em;font:17px/1.6 system-ui,sans-serif"
    return (
        f'<!doctype html><html lang="{escape(found.locale)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><title></title></head>'
        f'<body style="{style}"><div style="white-space:pre-wrap">{escape(found.text)}</div>'
        "</body></html>"
    )
