"""The funnel as a file and as JSON. Pure."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from postlude.reports.types.funnel import ASIDES, STEPS, Event, Funnel, Line, Tally, TicketWalk

BOM = "\ufeff"  # without it a spreadsheet takes the file for something else than UTF-8


def as_csv(funnel: Funnel) -> str:
    """Return a line per event, ticket type and day, and a last one with the totals.

    Begins with a byte order mark. Shares are of 1, medians in seconds.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_heading())
    for line in funnel.cells:
        day = line.day.isoformat() if line.day else ""
        writer.writerow([*_names(line.event), safe(line.ticket_type), day, *_figures(line.tally)])
    writer.writerow([*_names(None), "", "total", *_figures(funnel.total)])
    return BOM + out.getvalue()


def _heading() -> Iterator[str]:
    yield from ("conference", "event", "event_name", "kind", "ticket_type", "day")
    yield from (each.value for each in STEPS)
    yield from (each.value for each in ASIDES)
    yield from (f"{each}_of_previous" for each in STEPS[1:])
    yield from (f"{each}_of_first" for each in STEPS[1:])
    yield from (f"{each}_median_seconds" for each in STEPS[1:])


def _names(event: Event | None) -> list[str]:
    if event is None:
        return [""] * 4
    return [safe(each) for each in (event.conference_slug, event.slug, event.name, event.kind)]


def _figures(tally: Tally) -> Iterator[Any]:
    yield from tally.counts
    yield from tally.asides
    yield from (_blank(tally.of_previous(each)) for each in STEPS[1:])
    yield from (_blank(tally.of_first(each)) for each in STEPS[1:])
    yield from (_blank(tally.median(each)) for each in STEPS[1:])


def _blank(value: float | None) -> float | str:
    return "" if value is None else value


def safe(text: str) -> str:
    """Keep a spreadsheet from running a name that looks like a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def cell(value: object) -> object:
    """Return what may stand in a cell of a file: nothing for None, a text that cannot run."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    return safe(value) if isinstance(value, str) else value


def as_json(funnel: Funnel) -> dict[str, Any]:
    """Return the funnel as the API and `--json` give it."""
    scope = funnel.scope
    return {
        "event": scope.event or None,
        "ticket_type": scope.ticket_type or None,
        "since": scope.since.isoformat() if scope.since else None,
        "until": scope.until.isoformat() if scope.until else None,
        "zone": funnel.zone,
        "steps": [each.value for each in STEPS],
        "total": _tally(funnel.total),
        "events": [_line(each) for each in funnel.events],
        "ticket_types": [_line(each) for each in funnel.types],
        "days": [_line(each) for each in funnel.days],
        "cells": [_line(each) for each in funnel.cells],
    }


def _line(line: Line) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if line.event is not None:
        found |= {
            "conference": line.event.conference_slug,
            "event": line.event.slug,
            "event_name": line.event.name,
            "kind": line.event.kind,
        }
    if line.ticket_type:
        found["ticket_type"] = line.ticket_type
    if line.day is not None:
        found["day"] = line.day.isoformat()
    return found | _tally(line.tally)


def _tally(tally: Tally) -> dict[str, Any]:
    return {
        "counts": {each.value: tally.count(each) for each in STEPS},
        "aside": {each.value: tally.aside(each) for each in ASIDES},
        "of_previous": {each.value: tally.of_previous(each) for each in STEPS[1:]},
        "of_first": {each.value: tally.of_first(each) for each in STEPS[1:]},
        "median_seconds": {each.value: tally.median(each) for each in STEPS[1:]},
    }


def row_as_json(walk: TicketWalk) -> dict[str, Any]:
    """Return one ticket behind a number: ids and moments, nobody's name."""
    return {
        "ticket": str(walk.ticket),
        "order_number": walk.order_number,
        "event": walk.event.slug,
        "ticket_type": walk.ticket_type,
        "day": walk.day.isoformat(),
        "state": walk.state,
        "furthest": walk.furthest.value,
        "times": {step.value: at.isoformat() for step, at in walk.times.items()},
    }
