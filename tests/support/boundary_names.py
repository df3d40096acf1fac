"""The list of named boundaries, generated from the source."""

import ast
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "src" / "postlude"


def boundary_names() -> list[str]:
    """Return every literal name given to `crossing(...)`; a name that is no literal is an error."""
    names: set[str] = set()
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _is_crossing(node.func):
                argument = node.args[0]
                if not isinstance(argument, ast.Constant) or not isinstance(argument.value, str):
                    raise ValueError(f"{path}:{node.lineno}: a boundary's name must be a literal")
                names.add(argument.value)
    return sorted(names)


def _is_crossing(function: ast.expr) -> bool:
    return (isinstance(function, ast.Attribute) and function.attr == "crossing") or (
        isinstance(function, ast.Name) and function.id == "crossing"
    )
