"""A page that shows what each simulator received and which faults are on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from postlude.sandbox.options import Vendors
from postlude.sandbox.simulator import Simulator

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; color: #222 }
section { border: 1px solid #ddd; border-radius: .5rem; padding: .2rem 1rem 1rem; margin: 1rem 0 }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)); gap: .5rem }
dt { color: #666; font-size: .85em } dd { margin: 0; font-weight: 600 }
td { padding: 0 1rem 0 0; font-size: .85em; white-space: nowrap } .fault { color: #b00020 }
"""


def index_page(vendors: Vendors) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint of the page; it refreshes itself every two seconds."""

    async def serve(_: Request) -> Response:
        sections = "".join(_section(vendor, vendors) for vendor in vendors.by_name.values())
        return HTMLResponse(
            "<!doctype html><html lang=en><head><meta charset=utf-8>"
            '<meta http-equiv="refresh" content="2"><title>Postlude sandbox</title>'
            f"<style>{_STYLE}</style></head><body><h1>Postlude sandbox</h1>"
            f"<p>Stand-ins for the outside services. Nothing here is real.</p>"
            f'<p><a href="/shop/">A small shop</a></p>{sections}'
            "</body></html>"
        )

    return serve


def _section(vendor: Simulator, vendors: Vendors) -> str:
    numbers = {**vendor.summary(), "calls": vendor.journal.total}
    cells = "".join(f"<div><dt>{escape(k)}</dt><dd>{v}</dd></div>" for k, v in numbers.items())
    faults = "".join(
        f'<p class="fault">{escape(str(fault["kind"]))}: fired {fault["fired"]} times</p>'
        for fault in vendors.faults.listed(vendor.name)
    )
    page = f'<p><a href="{vendor.page}">Try it by hand</a></p>' if vendor.page else ""
    return (
        f"<section><h2>{vendor.name}</h2>{page}<dl>{cells}</dl>{faults}"
        f"<table>{_calls(vendor)}</table>"
        f'<p><a href="/_sandbox/{vendor.name}/received">received</a> · '
        f'<a href="/_sandbox/{vendor.name}/calls">calls</a> · '
        f'<a href="/_sandbox/{vendor.name}/config">config</a></p></section>'
    )


def _calls(vendor: Simulator) -> str:
    newest = vendor.journal.newest(5)
    return "".join(
        f"<tr><td>{call.at[11:23]}</td><td>{escape(call.method)}</td><td>{escape(call.path[:90])}"
        f"</td><td>{call.status or 'cut'}</td><td class=fault>{escape(call.fault or '')}</td></tr>"
        for call in reversed(newest)
    )
