"""Popups of a playbook: what is wrong has its line, and what is applied again is no news."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from postlude.kernel import store
from postlude.kernel.clock import now
from postlude.orgs import api as orgs
from postlude.people.types import Actor
from postlude.playbooks import api as playbooks
from postlude.popups import api as popups

TEXT = """\
playbook: shop
organisation:
  slug: hats
  name: Hats
  zone: Asia/Taipei
  currency: TWD
  popups_a_day: 3
popups:
  welcome:
    title: Newcomers
    starts: 2026-11-01 00:00
    ends: 2026-12-01 00:00
    when: {pages: /hats*, logged_in: false, stays: 5 seconds, event: [add_to_cart]}
    who: {levels: gold, tags: [vip, press], has_line: true}
    share: 12.5
    content:
      en: {title: "Hello {{ member.level }}", button: To the hats, link: /hats}
"""


def write(folder: Path, old: str = "", new: str = "") -> Path:
    assert old in TEXT
    path = folder / "shop.yaml"
    path.write_text(TEXT.replace(old, new), encoding="utf-8")
    return path


def apply(path: Path):
    return playbooks.apply(path, org=None, actor=Actor("cli", "test"), now=now())


def test_what_stands_there_is_what_runs(db, tmp_path) -> None:
    apply(write(tmp_path))
    org = orgs.by_slug("hats").id
    held = popups.in_force(org)
    (popup,) = [each.popup for each in held.popups]

    assert 3 == held.a_day
    assert datetime(2026, 10, 31, 16, tzinfo=UTC) == popup.starts
    assert (5, True, ("/hats*",), False, ("add_to_cart",)) == (
        popup.trigger.seconds,
        popup.trigger.stays,
        popup.trigger.pages,
        popup.trigger.logged_in,
        popup.trigger.events,
    )
    assert ({"gold"}, {"vip", "press"}, True) == (
        popup.target.levels,
        popup.target.tags,
        popup.target.has_line,
    )
    assert (0.125, 86_400) == (popup.share, popup.again_s)


def test_the_same_again_is_no_version_and_a_change_is_one(db, tmp_path) -> None:
    apply(write(tmp_path))
    assert "no change" == apply(write(tmp_path)).outcome
    apply(write(tmp_path, "name: Hats", "name: More hats"))
    assert 1 == store.rows_sql("SELECT COUNT(*) FROM popups_version")[0][0]
    apply(write(tmp_path, "share: 12.5", "share: 25"))

    org = orgs.by_slug("hats").id
    assert [1, 2] == [
        row[0] for row in store.rows_sql("SELECT number FROM popups_version ORDER BY number")
    ]
    assert [0.25] == [each.popup.share for each in popups.in_force(org).popups]


def test_what_is_left_out_is_shown_no_more(db, tmp_path) -> None:
    apply(write(tmp_path))
    path = tmp_path / "shop.yaml"
    path.write_text(TEXT.partition("popups:")[0], encoding="utf-8")
    report = apply(path)

    assert ("popup welcome: it is shown no more; what was shown stays counted",) == report.left_out
    org = orgs.by_slug("hats").id
    assert () == popups.in_force(org).popups
    assert [False] == [each.active for each in popups.lines(org)]


@pytest.mark.parametrize(
    ("old", "new", "line", "words", "hint"),
    [
        (
            "link: /hats",
            'link: "javascript:alert(1)"',
            17,
            "does not lead to a web page",
            "https://",
        ),
        (
            "link: /hats",
            'link: "JaVaScRiPt:alert(1)"',
            17,
            "does not lead to a web page",
            "https://",
        ),
        ("link: /hats", 'link: "//evil.example"', 17, "does not lead to a web page", "https://"),
        (
            "link: /hats",
            'link: "{{ member.level }}"',
            17,
            "does not lead to a web page",
            "https://",
        ),
        (
            "link: /hats",
            'link: "https://a.example{{ member.level }}/"',
            17,
            "does not lead",
            "https://",
        ),
        ("link: /hats", 'link: "data:text/html,x"', 17, "does not lead to a web page", "https://"),
        (", link: /hats", "", 17, "A button and its link go together", "neither"),
        ("member.level", "member.name", 17, "Nobody fills {{ member.name }}", "member"),
        ("{{ member.level }}", "{% if %}", 17, "", ""),
        ("share: 12.5", "share: 0", 15, "", ""),
        ("share: 12.5", "share: 101", 15, "", ""),
        ("pages: /hats*", "pages: hats", 13, "is no page", "`*` stands for anything"),
        ("stays: 5 seconds", "stays: 5 seconds, wait: 1 minute", 13, "not both", "Keep one"),
        ("stays: 5 seconds", "stays: 2 hours", 13, "more than an hour", ""),
        ("ends: 2026-12-01", "ends: 2026-10-01", 12, "ends before it starts", "Swap"),
        ("has_line: true", "has_lines: true", 14, "“has_lines” is not known here", "has_line"),
        ("event: [add_to_cart]", 'event: ["<b>"]', 13, "not written as it must be", "add_to_cart"),
        ("popups_a_day: 3", "popups_a_day: -1", 7, "", ""),
    ],
)
def test_a_mistake_has_its_line_and_its_fix(  # noqa: PLR0917 - the columns of the table
    tmp_path, old, new, line, words, hint
) -> None:
    found = playbooks.validate(write(tmp_path, old, new))

    assert 1 == len(found), found
    assert line == found[0].line
    assert words in found[0].message
    assert hint in found[0].hint


SHOP = Path(__file__).resolve().parents[3] / "playbooks" / "shop.yaml"


def test_the_shipped_shop_has_no_problems_and_applies_once(db) -> None:
    assert [] == playbooks.validate(SHOP)

    assert "applied" == apply(SHOP).outcome
    assert "no change" == apply(SHOP).outcome
    org = orgs.by_slug("hat-shop").id
    assert ["first-hat", "line"] == [each.popup.slug for each in popups.in_force(org).popups]
