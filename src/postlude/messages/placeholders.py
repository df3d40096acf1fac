"""Which placeholders a template may use, with what they look like in a preview. Pure."""

import difflib
import re
from collections.abc import Mapping, Sequence
from typing import Any

ANY = "*"
_METHODS = frozenset({"items", "keys", "values", "get"})


def unknown(names: Sequence[str], samples: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return (name, nearest known name or "") of what nobody fills, in the order given."""
    return [
        (name, _nearest(name, samples)) for name in names if not _is_known(name.split("."), samples)
    ]


def filled(names: Sequence[str], samples: Mapping[str, Any]) -> dict[str, Any]:
    """Return sample values in which open keys ("*") are there for the names that are used."""
    return {key: _open(value, key, names) for key, value in samples.items()}


def line_of(name: str, source: str) -> int:
    """Return the line on which a placeholder is first used."""
    spaced = r"\s*\.\s*".join(re.escape(part) for part in name.split("."))
    for tag in re.finditer(r"\{\{.*?\}\}|\{%.*?%\}", source, re.DOTALL):
        found = re.search(rf"(?<![\w.]){spaced}(?!\w)", tag[0])
        if found:
            return source.count("\n", 0, tag.start() + found.start()) + 1
    return 1


def _is_known(parts: Sequence[str], sample: Any) -> bool:
    if not parts:
        return True
    if isinstance(sample, Mapping):
        head = parts[0]
        if head in sample:
            return _is_known(parts[1:], sample[head])
        if ANY in sample:
            return _is_known(parts[1:], sample[ANY])
        return head in _METHODS
    return isinstance(sample, str)  # a method of a text, such as `name.upper()`


def _nearest(name: str, samples: Mapping[str, Any]) -> str:
    known = list(_paths(samples, ""))
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return near[0] if near else ""


def _paths(sample: Any, prefix: str) -> list[str]:
    if not isinstance(sample, Mapping):
        return [prefix]
    found = [prefix] if prefix else []
    for key, value in sample.items():
        if key != ANY:
            found += _paths(value, f"{prefix}.{key}" if prefix else str(key))
    return found


def _open(sample: Any, prefix: str, names: Sequence[str]) -> Any:
    if not isinstance(sample, Mapping):
        return sample
    result = {
        key: _open(value, f"{prefix}.{key}", names) for key, value in sample.items() if key != ANY
    }
    if ANY in sample:
        for name in names:
            if name.startswith(f"{prefix}."):
                key = name[len(prefix) + 1 :].partition(".")[0]
                result.setdefault(key, sample[ANY])
    return result
