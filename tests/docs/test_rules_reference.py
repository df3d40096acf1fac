"""The reference lists every kind of condition and action, as the catalogue has it."""

import pytest

from support import rule_reference


@pytest.mark.parametrize("page", ["conditions", "actions"])
def test_the_page_is_what_the_catalogue_says(page) -> None:
    """After a change of the catalogue: python tests/support/rule_reference.py."""
    written = (rule_reference.DOCS / f"{page}.md").read_text(encoding="utf-8")
    made = getattr(rule_reference, f"{page}_page")()
    assert made == written


def test_each_parameter_says_what_it_is() -> None:
    for page in (rule_reference.conditions_page(), rule_reference.actions_page()):
        assert [] == [
            line for line in page.splitlines() if line.startswith("| `") and "|  |" in line
        ]
