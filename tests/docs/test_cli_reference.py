"""docs/reference/cli.md is what the commands say of themselves."""

from pathlib import Path

from postlude.wiring.cli import reference

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "cli.md"


def test_the_page_is_current() -> None:
    assert reference.render() == PAGE.read_text(encoding="utf-8"), "run `make docs`"
