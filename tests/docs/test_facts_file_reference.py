"""docs/reference/facts-file.md and export.md are what the code says of itself."""

from pathlib import Path

from postlude.sources.history import reference, shape
from postlude.warehouse.exporting import reference as exports
from postlude.warehouse.exporting import tables

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "facts-file.md"


def test_the_page_is_current() -> None:
    assert reference.render() == PAGE.read_text(encoding="utf-8"), "run `make docs`"


def test_the_page_of_exports_is_current() -> None:
    page = PAGE.with_name("export.md")
    assert exports.render() == page.read_text(encoding="utf-8"), "run `make docs`"


def test_what_loads_has_the_fields_of_a_facts_file() -> None:
    """Each column of a kind that loads is a field of that kind, by the same name."""
    for kind, table in tables.TABLES.items():
        if table.loads:
            fields = {each.name for each in shape.KINDS[kind].fields}
            assert {each.name for each in table.columns} <= fields, kind
            assert {each.name for each in shape.KINDS[kind].fields if each.required} <= {
                each.name for each in table.columns
            }
