"""A room is imported by others only through `api`, `types` and `errors` (kernel and sandbox aside)."""

import ast
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[3] / "src" / "postlude"
DOORS = {"api", "types", "errors"}
# What `wiring` plugs together: it alone may take these from any room.
WIRED = {
    "jobs",
    "urls",
    "app",
    "providers",
    "checks",
    "doctor",
    "consumers",
    "apps",
    "views",
    "shredders",
    "middleware",
    "registry",
    "cli",
    "timeline",
    "receipts",
    "client",
    "server",
    "sale",
}


def trespasses(room: str, name: str, source: str) -> list[str]:
    """Return the imports of `name` that reach behind another room's doors."""
    found = []
    for node in ast.walk(ast.parse(source)):
        modules = []
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("postlude"):
            base = node.module.split(".")
            modules = [[*base, alias.name] for alias in node.names]
        elif isinstance(node, ast.Import):
            modules = [
                alias.name.split(".") for alias in node.names if alias.name.startswith("postlude.")
            ]
        for parts in modules:
            if len(parts) < 3 or parts[1] in {room, "kernel"} or parts[0] != "postlude":
                continue
            if parts[2] in DOORS or (
                room == "wiring" and (parts[1] == "sandbox" or parts[2] in WIRED)
            ):
                continue
            found.append(f"{name}:{node.lineno} {'.'.join(parts)}")
    return found


def test_rooms_speak_through_their_api() -> None:
    found = [
        each
        for path in sorted(SOURCE.rglob("*.py"))
        if len(path.relative_to(SOURCE).parts) > 1
        for each in trespasses(
            path.relative_to(SOURCE).parts[0],
            str(path.relative_to(SOURCE)),
            path.read_text(encoding="utf-8"),
        )
    ]
    assert [] == found


def test_a_trespass_would_be_seen() -> None:
    source = "from postlude.people.models import Contact\n"
    assert ["x.py:1 postlude.people.models.Contact"] == trespasses("orders", "x.py", source)
