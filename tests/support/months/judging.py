"""Holding a report of notices against what a separate script counts, and against the books."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from support.months.reading import Reading

ROOT = Path(__file__).resolve().parents[3]
SCRIPT = ROOT / "benchmarks" / "restaurant_figures.py"
_ENTERED = ("sent", "unknown", "blocked", "failed", "queued", "held_out")
_CUTS = {
    "weeks": ("kind", "action", "week"),
    "actions": ("kind", "action"),
    "kinds": ("kind",),
    "total": (),
}
Json = dict[str, Any]


def counted(folder: Path, *, zone: str, since: datetime, now: datetime) -> Json:
    """Let the script count, in a process and a Python of its own that know no Postlude."""
    command = [sys.executable, "-I", str(SCRIPT), str(folder), zone]
    command += [since.isoformat(), now.isoformat()]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout))


def differences(report: Json, figures: Json) -> Iterator[str]:
    """Yield each number of the report that the script counts otherwise, or does not have."""
    for cut, names in _CUTS.items():
        lines = [report[cut]] if cut == "total" else report[cut]
        told = {tuple(line[each] for each in names): line for line in lines}
        told = {key: line for key, line in told.items() if None not in key}  # nobody's turn
        own = {tuple(key): line for *key, line in figures[cut]}
        yield from (f"{cut} {key}: only one has it" for key in sorted(set(told) ^ set(own)))
        for key in sorted(set(told) & set(own)):
            for name, value in own[key].items():
                if _said(told[key], name) != value:
                    yield f"{cut} {key} {name}: {_said(told[key], name)} and not {value}"


def _said(line: Mapping[str, Any], name: str) -> Any:
    if name == "revenue":
        return sum(each["minor"] for each in line["revenue"])
    return line[name]


def unbalanced(report: Json, reading: Reading, now: datetime) -> Iterator[str]:
    """Yield where entered is not what became of it, or points are not what became of them."""
    for line in [*report["kinds"], *report["actions"], *report["weeks"], report["total"]]:
        name = f"{line.get('kind')} {line.get('action')} {line.get('week')}"
        if line["entered"] != sum(line[each] for each in _ENTERED):
            yield f"{name}: entered is not what became of them: {line}"
        points = dict(line["points"])
        if points.pop("given") != sum(points.values()):
            yield f"{name}: points given are not what became of them: {line['points']}"
    for line in report["kinds"]:
        wanted = reading.blocked[line["kind"]]
        if line["blocked"] != wanted or line["held_out"] or line["queued"]:
            yield f"{line['kind']}: {line['blocked']} blocked and not {wanted}"
    plain = reading.points(now)
    for line in report["actions"]:
        told = {name: units for name, units in line["points"].items() if units}
        own = {it: n for it, n in plain.get(f"{line['kind']} {line['action']}", {}).items() if n}
        if told != own:
            yield f"{line['kind']} {line['action']}: points {told} and not {own}"
    if report["under_way"]:
        yield f"{report['under_way']} are under way"
