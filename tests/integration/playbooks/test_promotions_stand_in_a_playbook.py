"""Quotas, budgets, coupons, groups, rules and cards of a playbook, and mistakes at their lines."""

from pathlib import Path

import pytest

from postlude.kernel import clock
from postlude.kernel.money import Money
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.people.types import Actor, PersonSeen
from postlude.playbooks import api as playbooks
from postlude.playbooks.errors import PlaybookInvalid
from postlude.rewards import api as rewards
from postlude.rules import api as rules
from postlude.rules.adapters import top_up
from postlude.rules.models import RuleVersion

CARDS = Path(__file__).resolve().parents[3] / "playbooks" / "gift-cards.yaml"
ANN = Actor(kind="cli", id="ann")


def apply(path: Path = CARDS) -> int:
    playbooks.apply(path, org=None, actor=ANN, now=clock.now())
    return orgs.by_slug("lantern").id


def spoilt(folder: Path, old: str, new: str) -> tuple[list[tuple[str, str]], int]:
    """The problems of the shipped playbook with one text replaced, and the line it stands in."""
    text = CARDS.read_text()
    assert old in text
    changed = text.replace(old, new, 1)
    (folder / "spoilt.yaml").write_text(changed)
    line = changed[: changed.index(new)].count("\n") + 1
    problems = playbooks.validate(folder / "spoilt.yaml")
    return [(each.line - line, each.column, each.message, each.hint) for each in problems], line


def test_the_shipped_playbook_applies_and_the_same_again_changes_nothing() -> None:
    """Everything is declared once: a second apply makes no version and no code."""
    assert playbooks.validate(CARDS) == []
    org = apply()
    versions = RuleVersion.objects.filter(org=org).count()
    assert rewards.level(org, "coupons:tea-5", clock.now()).left == 140
    assert playbooks.apply(CARDS, org=None, actor=ANN, now=clock.now()).outcome == "no change"
    assert RuleVersion.objects.filter(org=org).count() == versions
    assert {each.key for each in rewards.card_types(org)} == {"mid-autumn", "no-alcohol"}
    assert rules.version_of(org, "card:mid-autumn") is not None


def test_a_top_up_meets_the_rules_of_the_file() -> None:
    """The step with most for the buyer is offered, and its coupons with it."""
    org = apply()
    contact = people.recognise_many(org, [PersonSeen("li@example.test")], now=clock.now())[
        0
    ].contact
    ask = top_up.ask(top_up.TopUp(contact, Money(200_00, "CNY")))
    now = clock.now().replace(2026, 11, 21)
    given = {(each.rule, each.kind) for each in rules.preview(org, ask, now=now).gifts}
    assert ("opening-30", "coupon") in given
    assert ("every-200", "bonus_money") not in given


def test_a_limit_that_is_raised_adds_and_what_was_there_stays(tmp_path: Path) -> None:
    """A higher number of coupons adds codes; a new limit of a quota needs no new rule version."""
    org = apply()
    before = rules.version_of(org, "opening-30")
    text = (
        CARDS.read_text()
        .replace("generate: 140", "generate: 150")
        .replace("limit: 30}", "limit: 40}")
    )
    (tmp_path / "more.yaml").write_text(text)
    apply(tmp_path / "more.yaml")
    assert rewards.level(org, "coupons:tea-5", clock.now()).left == 150
    assert rewards.level(org, "quota:first-30", clock.now()).limit == 40
    assert rules.version_of(org, "opening-30") == before


@pytest.mark.parametrize(
    ("old", "new", "says", "hint"),
    [
        ("实付金额: {min: 200 CNY}", "实付金额: {min: 200 EUR}", "EUR", ""),
        ("实付金额: {min: 200 CNY}", "实付金额: {mon: 200 CNY}", "mon", "min"),
        ("template: 实付金额 -> 发赠送金", "template: 实付金额 && -> 发赠送金", "", ""),
        ("template: 实付金额 -> 发赠送金", "template: 实付金 -> 发赠送金", "实付金", "实付金额"),
        ('"前 N 名限制": {quota: first-30}', '"前 N 名限制": {quota: first-3}', "first-3", "first-30"),
        ("group: top-up", "group: topup", "topup", "top-up"),
        ("excludes: [gold-5]", "excludes: [gold-50]", "gold-50", "gold-5"),
        ("budget: {budget: spring, amount: 20 CNY}", "budget: {budget: spring, amount: -20 CNY}", "", ""),
        ("valid: 30 days", "valid: 30 hours", "whole days", ""),
        ("limit: 5000}", "limit: 5000.001}", "smallest coin", ""),
        ("{mode: deny, groups: [alcohol]}", "{mode: allow, groups: []}", "empty", ""),
    ],
)  # fmt: skip
def test_a_mistake_is_named_at_its_line(
    tmp_path: Path, old: str, new: str, says: str, hint: str
) -> None:
    """Each mistake stands at the line where it was made, and says what would mend it."""
    problems, _ = spoilt(tmp_path, old, new)
    assert problems
    here = [each for each in problems if each[0] == 0]
    assert here, problems
    assert any(says in message and hint in tip for _, _, message, tip in here), here


def test_nothing_changes_when_something_is_wrong(tmp_path: Path) -> None:
    """One mistake in one rule keeps the whole file from being applied."""
    org = apply()
    before = rules.version_of(org, "every-200")
    text = (
        CARDS.read_text()
        .replace("min: 200 CNY", "min: 300 CNY")
        .replace("group: top-up", "group: x", 1)
    )
    (tmp_path / "bad.yaml").write_text(text)
    with pytest.raises(PlaybookInvalid):
        playbooks.apply(tmp_path / "bad.yaml", org=None, actor=ANN, now=clock.now())
    assert rules.version_of(org, "every-200") == before
