"""The restaurants of a chain: added, renamed, kept when they are left out."""

from types import SimpleNamespace

import pytest

from postlude.orgs import api as orgs
from postlude.playbooks import api as playbooks

BRANCHES = """
  branches:
    arbat: {name: Arbat}
    east: {name: East, zone: Asia/Yekaterinburg}
sources:
"""


def kept() -> list[tuple[str, str, str]]:
    found = orgs.branches(orgs.by_slug("pycon").id)
    return [(each.slug, each.name, each.zone) for each in found]


def test_they_are_added_and_changed_and_never_taken_away(book: SimpleNamespace) -> None:
    book.edit("\nsources:\n", BRANCHES)
    said = book.apply().changes
    assert "branch Arbat (arbat): Asia/Taipei" in said
    assert [("arbat", "Arbat", "Asia/Taipei"), ("east", "East", "Asia/Yekaterinburg")] == kept()
    numbers = {each.id for each in orgs.branches(orgs.by_slug("pycon").id)}
    book.edit("{name: Arbat}", "{name: Old Arbat, zone: Europe/Moscow}")
    book.edit("    east: {name: East, zone: Asia/Yekaterinburg}\n", "")
    book.apply()
    east = ("east", "East", "Asia/Yekaterinburg")
    assert [("arbat", "Old Arbat", "Europe/Moscow"), east] == kept()
    assert numbers == {each.id for each in orgs.branches(orgs.by_slug("pycon").id)}


def test_a_zone_that_there_is_not_is_named_at_its_line(book: SimpleNamespace) -> None:
    book.edit("\nsources:\n", BRANCHES.replace("Asia/Yekaterinburg", "Asia/Nowhere"))
    (problem,) = playbooks.validate(book.path)
    lines = book.path.read_text(encoding="utf-8").splitlines()
    assert "zone: Asia/Nowhere" in lines[problem.line - 1]
    with pytest.raises(LookupError):
        orgs.by_slug("pycon")
