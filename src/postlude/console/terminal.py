"""A buyer's timeline in a terminal, and as JSON for scripts."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Group
from rich.table import Table
from rich.text import Text

from postlude.console.templatetags.console import seconds
from postlude.console.types import Timeline, TimelineEntry

_STYLES = {"good": "green", "info": "cyan", "warn": "yellow", "bad": "bold red", "plain": "dim"}


def render(story: Timeline, zone: str) -> Group:
    """Return the story as something rich can print."""
    who = Text(f"{story.name or '–'}  {story.email or '–'}", style="bold")
    table = Table(box=None, pad_edge=False, show_header=False)
    for each in story.entries:
        table.add_row(
            _local(each.at, zone),
            Text(f"+{seconds(each.seconds_after_sale)}", style="dim")
            if each.seconds_after_sale is not None
            else "",
            Text("●", style=_STYLES[each.tone]),
            Text(each.title),
            Text(each.detail, style="dim"),
        )
    return Group(who, table)


def as_json(story: Timeline) -> dict[str, Any]:
    """Return the story as plain values."""
    return {
        "contact": story.contact,
        "name": story.name,
        "email": story.email,
        "phone": story.phone,
        "masked": story.masked,
        "tickets": [dict(each) for each in story.tickets],
        "answers": [list(each) for each in story.answers],
        "entries": [_entry(each) for each in story.entries],
    }


def _entry(entry: TimelineEntry) -> dict[str, Any]:
    return {
        "at": entry.at.isoformat(),
        "step": entry.step,
        "title": entry.title,
        "detail": entry.detail,
        "tone": entry.tone.value,
        "seconds_after_sale": entry.seconds_after_sale,
        "ticket": entry.ticket or None,
        "message": entry.message or None,
    }


def _local(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M:%S}"
