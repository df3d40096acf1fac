"""References to the environment: `${NAME}` and `${NAME:-default}`.

Secrets live in the environment. What is stored (playbooks, senders, sources) holds the reference,
and only the moment of use resolves it.
"""

import os
import re
from pathlib import Path

from postlude.kernel.errors import MissingSetting

_REFERENCE = re.compile(r"\$\{([A-Z][A-Z0-9_]*)(?::-([^}]*))?\}")


def lookup(name: str) -> str | None:
    """Return a variable's value, or the content of the file that NAME_FILE names, or None.

    Raises MissingSetting when there is no such file, or it cannot be read.
    """
    value = os.environ.get(name)
    if value:
        return value
    path = os.environ.get(f"{name}_FILE")
    if not path:
        return None
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise MissingSetting(
            "{name}_FILE names {path}, which cannot be read.",
            hint="Does the file exist, and may this user read it?",
            name=name,
            path=path,
        ) from None


def resolve(text: str) -> str:
    """Fill in every reference; raise MissingSetting for a name that is not set."""

    def fill(match: re.Match[str]) -> str:
        name, default = match.group(1), match.group(2)
        value = lookup(name)
        if value is not None:
            return value
        if default is not None:
            return default
        raise MissingSetting(name=name)

    return _REFERENCE.sub(fill, text)


def missing(text: str) -> list[str]:
    """Return the names that `resolve` would miss."""
    return [
        match.group(1)
        for match in _REFERENCE.finditer(text)
        if match.group(2) is None and lookup(match.group(1)) is None
    ]


def is_reference(text: str) -> bool:
    """Say whether the whole text is one reference."""
    return _REFERENCE.fullmatch(text) is not None
