"""A file's journeys and notices beside those in force: what `apply` would make of each."""

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from postlude.journeys import api as journeys
from postlude.playbooks import applying, definitions, noticing


@dataclass(frozen=True, slots=True)
class Difference:
    """`lines` are a unified difference of what is kept, empty when it is the same."""

    slug: str
    what: Literal["new", "changed", "same", "left out"]
    lines: tuple[str, ...] = ()


def differences(path: Path, org: int) -> list[Difference]:
    """Compare; raise PlaybookInvalid with every mistake of the file."""
    playbook = applying.read(path).playbook
    wanted: dict[str, Mapping[str, Any]] = {
        slug: journeys.as_json(definitions.journey(slug, part))
        for slug, part in playbook.journeys.items()
    }
    wanted |= {
        slug: journeys.notice_as_json(noticing.notice(slug, part))
        for slug, part in playbook.notices.items()
    }
    kept = journeys.stored(org)
    return [
        _difference(slug, kept.get(slug), wanted.get(slug)) for slug in sorted({*kept, *wanted})
    ]


def _difference(
    slug: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> Difference:
    if after is None:
        return Difference(slug, "left out")
    if before == after:
        return Difference(slug, "same")
    lines = difflib.unified_diff(
        _lines(before), _lines(after), "in force", "file", lineterm="", n=2
    )
    return Difference(slug, "changed" if before else "new", tuple(lines))


def _lines(definition: Mapping[str, Any] | None) -> list[str]:
    if definition is None:
        return []
    return json.dumps(definition, indent=2, ensure_ascii=False, sort_keys=True).splitlines()
