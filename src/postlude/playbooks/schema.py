"""The published JSON Schema, and the reference page that is written from it.

`python -m postlude.playbooks.schema DOCS PLAYBOOKS` writes both files; tests compare them.
"""

import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from postlude.playbooks import durations
from postlude.playbooks.shape import Playbook

_LENGTH = TypeAdapter(timedelta)
_TYPES = {"boolean": "true or false", "integer": "whole number", "number": "number"}
_HEAD = """# The playbook file

Written from the shape that the file is checked against (`make docs`); a test compares the two.
Editors complete from [`playbooks/schema.json`](../../playbooks/schema.json): the first line of a
playbook, `# yaml-language-server: $schema=schema.json`, tells them.

- Values may hold `${NAME}` or `${NAME:-default}`. They are filled in from the environment at the
  moment of use, so secrets never reach the database; only a sender's `from` and `reply_to` are
  filled in when the playbook is applied.
- A *secret* must be such a reference; `${NAME:-}` says that it may be missing.
- A *length of time* is written like “2 minutes” or “1 hour 30 minutes”, a *date and time* like
  “2027-09-02 09:00” (in the organisation's zone), a *span of hours* like “22:00 to 08:00”, a
  *sender* like “PyCon Taiwan <hello@example.org>”.
- A *pattern* on names: plain words fit anywhere in the name, `*` stands for anything, capitals and
  full-width letters make no difference.
- Files of templates are named relative to the playbook and stay inside its folder.

[Your first playbook](../howto/first-playbook.md) goes through one.
"""


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a playbook, for editors."""
    whole = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Postlude playbook",
        **Playbook.model_json_schema(by_alias=True),
    }
    for part in whole["$defs"].values():
        for about in part.get("properties", {}).values():
            if about.get("format") == "length of time" and "default" in about:
                about["default"] = durations.words(_LENGTH.validate_python(about["default"]))
    return whole


def reference() -> str:
    """Return docs/reference/playbook.md."""
    whole = schema()
    parts = {"Playbook": whole, **whole["$defs"]}
    lines = _HEAD.rstrip().splitlines()
    for name, part in parts.items():
        lines += _part(name, part)
    return "\n".join(lines) + "\n"


def _part(name: str, part: dict[str, Any]) -> list[str]:
    if "properties" not in part:
        return []
    required = set(part.get("required", []))
    words = " ".join(str(part.get("description", "")).split())
    lines = ["", f"## {name}", "", words, "", "| name | what | default |", "|---|---|---|"]
    for field, about in part["properties"].items():
        default = "**needed**" if field in required else _default(about)
        said = " ".join(str(about.get("description", "")).split())
        what = ". ".join(filter(None, [_type(about), said]))
        lines.append(f"| `{field}` | {what} | {default} |")
    return lines


def _default(about: dict[str, Any]) -> str:
    default = about.get("default")
    if default in (None, "", [], {}) or isinstance(default, dict):
        return ""
    if about.get("format") == "length of time":
        return str(default)
    shown = default if isinstance(default, str) else json.dumps(default, ensure_ascii=False)
    return f"`{shown}`"


def _type(about: dict[str, Any]) -> str:
    """Name what a value may be, with links to the parts."""
    options = [each for each in _options(about) if each != {"type": "null"}]
    if options:
        return " or ".join(_type(each) for each in options)
    if "$ref" in about:
        name = about["$ref"].rsplit("/", 1)[-1]
        return f"[{name}](#{name.lower()})"
    named = about.get("enum") or ([about["const"]] if "const" in about else [])
    return " or ".join(f"`{each}`" for each in named) or _plain(about)


def _options(about: dict[str, Any]) -> list[dict[str, Any]]:
    return list(about.get("anyOf", about.get("oneOf", [])))


def _plain(about: dict[str, Any]) -> str:
    if about.get("type") == "array":
        return f"list of {_type(about.get('items', {}))}"
    patterns = list(about.get("patternProperties", {}).values())
    inner = about.get("additionalProperties") or next(iter(patterns), None)
    if about.get("type") == "object" and isinstance(inner, dict):
        return f"name: {_type(inner)}"
    return str(about.get("format") or _TYPES.get(about.get("type", ""), "text"))


def main(docs: Path, playbooks: Path) -> None:
    """Write the reference page and the schema."""
    (docs / "reference" / "playbook.md").write_text(reference(), encoding="utf-8")
    (playbooks / "schema.json").write_text(published(), encoding="utf-8")


def published() -> str:
    """Return playbooks/schema.json."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
