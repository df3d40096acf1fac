"""What a name inside a template's loop may be, for who mistyped it. Pure."""

import difflib
import re
from collections.abc import Mapping
from typing import Any

_LOOP = re.compile(r"\{%-?\s*for\s+(\w+)\s+in\s+([\w.]+)")
_NAME = re.compile(r"(?<![\w.])(\w+)\.(\w+)")


def lists(sample: Any, name: str) -> dict[str, list[str]]:
    """Return the names of each list's members: {"access.links": ["key", "kind", …]}."""
    if isinstance(sample, list) and sample and isinstance(sample[0], Mapping):
        return {name: sorted(sample[0])}
    if not isinstance(sample, Mapping):
        return {}
    found: dict[str, list[str]] = {}
    for key, value in sample.items():
        found |= lists(value, f"{name}.{key}")
    return found


def mistyped(source: str, line: int, known: Mapping[str, list[str]]) -> tuple[int, str, str] | None:
    """Return column, name and fix of the first name on a line that its loop does not have."""
    loops = dict(_LOOP.findall(source))
    for match in _NAME.finditer(source.splitlines()[line - 1]):
        variable, field = match.groups()
        names = known.get(loops.get(variable, ""), [])
        if names and field not in names:
            near = difflib.get_close_matches(field, names, n=1)
            fix = f"Did you mean {{{{ {variable}.{near[0]} }}}}?" if near else _all(variable, names)
            return match.start() + 1, match[0], fix
    return None


def _all(variable: str, names: list[str]) -> str:
    return f"Known: {', '.join(f'{variable}.{name}' for name in names)}."
