"""The pages of the shop: hats, a cart, thanks. `?beacon=…&key=…` says whom they tell.

`lang=zh-Hant` is the language of the page, which popups are shown in. The page `strict` lets
nothing run that stands in it, as careful shops do.
"""

from __future__ import annotations

import re
from html import escape
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from postlude.sandbox.shop.pictures import PICTURES

# Only a Postlude on this machine: the page loads a script from there.
_BEACON = re.compile(r"http://(127\.0\.0\.1|localhost):\d{1,5}")
_KEY = re.compile(r"plw_[A-Za-z0-9]{20}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_TOLD = ("beacon", "key", "consent", "lang")
_HATS = {"hat-1": ("Straw hat", "straw-hat", "1 290"), "hat-2": ("Felt hat", "felt-hat", "1 890")}
_STYLE = (
    "*{box-sizing:border-box}body{margin:0;font:16px/1.6 system-ui,'Noto Sans TC',sans-serif;"
    "color:#23302b;background:#fbf9f4}header{border-bottom:1px solid #e6e0d2;background:#fff}"
    "header div,main{max-width:60rem;margin:auto;padding:1rem 1.5rem}"
    "header div{display:flex;flex-wrap:wrap;gap:1rem 2rem;align-items:baseline}"
    "header b{font:600 1.4rem/1.2 Georgia,'Noto Serif TC',serif}"
    "nav a{margin-right:1.2rem;color:inherit;text-transform:capitalize}"
    "h1{font:600 2rem/1.2 Georgia,'Noto Serif TC',serif;margin:1.5rem 0 1rem}"
    ".hats{display:grid;grid-template-columns:repeat(auto-fit,minmax(16rem,1fr));gap:1.5rem}"
    ".hat{background:#fff;border:1px solid #e6e0d2;border-radius:14px;overflow:hidden}"
    ".hat img{display:block;width:100%;aspect-ratio:12/7}.hat div{padding:1rem 1.2rem 1.3rem}"
    ".hat h2{margin:0;font-size:1.1rem}.hat p{margin:.1rem 0 .9rem;color:#6a746f}"
    "button{font:inherit;padding:.5rem 1rem;margin:0 .4rem .4rem 0;border:1px solid #23302b;"
    "border-radius:99px;background:#23302b;color:#fff;cursor:pointer}"
    ":root{--postlude-accent:#a8432d;--postlude-ink:#23302b}"
)


def routes() -> list[BaseRoute]:
    """Return the shop's routes."""
    return [Route("/{name}.svg", _picture), Route("/{page:path}", _page)]


async def _picture(request: Request) -> Response:
    found = PICTURES.get(request.path_params["name"])
    return Response(found or "", 200 if found else 404, media_type="image/svg+xml")


async def _page(request: Request) -> Response:
    told = {name: request.query_params.get(name, "") for name in _TOLD}
    given = _BEACON.fullmatch(told["beacon"]) and _KEY.fullmatch(told["key"])
    query = "?" + urlencode({name: value for name, value in told.items() if value})
    page = request.path_params["page"] or "hats"
    language = told["lang"] if _LANGUAGE.fullmatch(told["lang"]) else "en"
    strict = page == "strict"
    beacon = told["beacon"] if given else "'none'"
    policy = f"default-src 'none'; script-src {beacon}; connect-src {beacon}; img-src 'self'"
    return HTMLResponse(
        f"<!doctype html><html lang={language}><head><meta charset=utf-8>"
        "<title>The Hat Shop</title>"
        '<meta name=viewport content="width=device-width,initial-scale=1">'
        f"{'' if strict else f'<style>{_STYLE}</style>'}"
        f"{_snippet(told, strict=strict) if given else ''}</head><body>"
        f"<header><div><b>The Hat Shop</b><nav>{_links(query)}</nav></div></header>"
        f"<main><h1>{escape(page.capitalize())}</h1>{_BODY.get(page, '')}</main></body></html>",
        headers={"content-security-policy": policy} if strict else {},
    )


def _snippet(told: dict[str, str], *, strict: bool) -> str:
    consent = ' data-consent="ask"' if told["consent"] == "ask" else ""
    early = (
        "<script>window.postlude=window.postlude||function(){(postlude.q=postlude.q||[])"
        ".push(arguments)}</script>"
    )
    return (
        f"{'' if strict else early}"
        f'<script async src="{told["beacon"]}/postlude.js" data-key="{told["key"]}"{consent}>'
        "</script>"
    )


def _links(query: str) -> str:
    pages = ("hats", "cart", "thanks", "account")
    return "".join(f'<a id="to-{each}" href="{each}{escape(query)}">{each}</a>' for each in pages)


_BODY = {
    "hats": "<div class=hats>"
    + "".join(
        f'<div class=hat><img src="{picture}.svg" alt=""><div><h2>{name}</h2><p>NT$ {price}</p>'
        f"<button id=\"{hat}\" onclick=\"postlude('cart', '{hat}', {{size: 'M'}})\">"
        "Add to cart</button></div></div>"
        for hat, (name, picture, price) in _HATS.items()
    )
    + "</div>",
    "cart": "<p>Nothing is in it yet.</p>",
    "account": (
        "<button id=login onclick=\"postlude('login', 'M-1001')\">Log in</button>"
        "<button id=logout onclick=\"postlude('logout')\">Log out</button>"
        "<button id=register onclick=\"postlude('event', 'register')\">Register</button>"
        "<button id=yes onclick=\"postlude('consent', true)\">I agree</button>"
        "<button id=no onclick=\"postlude('consent', false)\">I do not agree</button>"
        "<button id=news onclick=\"postlude('event', 'newsletter', {properties: {week: 7}})\">"
        "Newsletter</button>"
        "<button id=wrong onclick=\"postlude('nonsense')\">Something wrong</button>"
    ),
    "thanks": (
        "<p>Order A-1001</p><script>postlude('order', {number: 'A-1001', amount: '1290', "
        "currency: 'TWD', products: ['hat-1']})</script>"
    ),
}
