"""What the demonstration shows in the terminal: the sale living, buyers masked."""

from datetime import datetime
from typing import Any

import httpx
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from postlude.console import api as console
from postlude.console.types import SalesPage
from postlude.orgs import api as orgs
from postlude.sandbox.client import SandboxClient
from postlude.wiring import remaining

_COLOURS = {"good": "green", "warn": "yellow", "bad": "red", "info": "cyan", "plain": "white"}


class Screen:
    """The living picture; `look` reads the database once."""

    def __init__(self, org: int, sandbox: SandboxClient, *, url: str, password: str) -> None:
        self._org = orgs.get(org)
        self._sandbox = sandbox
        self._url, self._password = url, password

    def look(self, now: datetime) -> RenderableType:
        """Return the picture of this moment."""
        page = console.sales(self._org, now=now)
        return Group(self._head(), _stations(page), _cards(page), _latest(page), self.foot())

    def _head(self) -> RenderableType:
        try:
            status = self._sandbox.replay_status()
        except (httpx.HTTPError, RuntimeError):
            return Text("the sandbox does not answer", style="red")
        played, steps = int(status["played"]), max(1, int(status["steps"]))
        line = Table.grid(padding=(0, 1))
        line.add_row(
            Text("KKTIX sells", style="bold"),
            ProgressBar(total=steps, completed=played, width=40),
            f"{played}/{steps}",
            f"[dim]{status['state']}, {status['trickled']} more since[/]",
        )
        return line

    def foot(self) -> RenderableType:
        """Return where to look, and whom to log in as."""
        return Panel.fit(
            f"[bold]{self._url}[/]  log in as [bold]demo[/] with [bold]{self._password}[/]\n"
            f"sandbox: {self._sandbox.base_url}  ·  Discord by hand: "
            f"{self._sandbox.base_url}/_sandbox/discord/try  ·  stop with Ctrl-C",
            border_style="dim",
        )


def _stations(page: SalesPage) -> RenderableType:
    grid = Table.grid(padding=(0, 1))
    for each in page.stations:
        grid.add_row(
            each.label,
            ProgressBar(total=1.0, completed=each.share, width=40, complete_style="green"),
            f"[bold]{each.count}[/]",
        )
    return Panel(grid, title=f"{page.conference}: from a sale to an invitation", title_align="left")


def _cards(page: SalesPage) -> RenderableType:
    shown = [
        Text(f" {each.label} {each.value} ", style=_COLOURS[each.tone.value])
        for each in page.cards
        if each.key in {"waiting", "unknown", "failed", "refunded"}
    ]
    if page.timings.median is not None and page.timings.p95 is not None:
        shown.append(
            Text(
                f" sale → invitation: median {page.timings.median:.1f} s, "
                f"p95 {page.timings.p95:.1f} s ",
                style="cyan",
            )
        )
    return Text(" · ").join(shown)


def _latest(page: SalesPage) -> RenderableType:
    table = Table("buyer", "ticket", "state", "seconds", box=None, header_style="dim")
    for each in page.latest:
        seconds = f"{each.seconds:.1f}" if each.seconds is not None else ""
        table.add_row(
            each.email, each.tickets, Text(each.state, style=_COLOURS[each.tone.value]), seconds
        )
    return table


def figures(org: int, sandbox: SandboxClient, *, now: datetime) -> dict[str, Any]:
    """Return the end of the demonstration in numbers."""
    page = console.sales(orgs.get(org), now=now)
    return {
        **{each.key: each.value for each in page.cards},
        "median_s": page.timings.median,
        "p95_s": page.timings.p95,
        "mails_at_mailgun": sandbox.received("mailgun", limit=1)["total"],
        "waiting_work": remaining.waiting(),
    }
