"""docs/reference/settings.md lists every variable that the source reads."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VARIABLE = re.compile(r"[\"'](POSTLUDE_[A-Z_]+)[\"']")


def test_every_variable_is_listed() -> None:
    page = (ROOT / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
    read = {
        name
        for path in (ROOT / "src" / "postlude").rglob("*.py")
        for name in VARIABLE.findall(path.read_text(encoding="utf-8"))
    }
    assert set() == read - set(re.findall(r"`(POSTLUDE_[A-Z_]+)`", page))
