"""`rules check` names mistakes under the text they stand in; `rules explain` says why."""

import json
from pathlib import Path

import pytest

from postlude.rules.cli import files
from postlude.wiring.cli import output
from postlude.wiring.cli.carets import marked
from postlude.wiring.cli.commands import run

RULES = """\
currency: TWD
zone: Asia/Taipei
groups:
  spring: {mode: best_value}
rules:
  top-up:
    business: top-up
    group: spring
    template: >-
      实付金额 && (起止时间 || vip) && "前 N 名限制" ? 发优惠券 : x:points
    where:
      实付金额: {min: 50.00 TWD}
      起止时间: {starts: 2026-12-01, ends: 2026-12-31}
      vip: {rule: vip}
      前 N 名限制: {quota: first-30, priority: 9}
    give:
      发优惠券: {coupons: latte, count: 5}
      x: {amount: 5}
  vip:
    business: top-up
    template: member_level && !birthday_within -> usable
    where:
      member_level: {levels: [gold]}
      birthday_within: {days_before: 7}
"""
FACTS = {"amount": "38.00 TWD", "now": "2026-11-21T19:00", "member.level": "gold"}


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    file = tmp_path / "rules.yaml"
    file.write_text(RULES, encoding="utf-8")
    return file


def context(tmp_path: Path, **facts: object) -> str:
    file = tmp_path / "context.json"
    named = {name.replace("__", "."): value for name, value in facts.items()}
    file.write_text(json.dumps(FACTS | named), encoding="utf-8")
    return str(file)


def test_rules_without_mistakes(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert output.OK == run(["rules", "check", str(rules)])
    assert 2 == capsys.readouterr().out.count("no mistakes")


def test_a_mistake_is_marked_under_the_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    file = tmp_path / "scope.txt"
    file.write_text("商品范围 | 商品分组范围\n  -> 可用 ||\n", encoding="utf-8")
    assert output.BAD_INPUT == run(["rules", "check", str(file)])
    shown = capsys.readouterr().out
    assert "    商品范围 | 商品分组范围\n             ^\n" in shown
    assert "Write || instead." in shown


def test_a_warning_alone_has_its_own_exit_code(tmp_path: Path) -> None:
    file = tmp_path / "scope.txt"
    file.write_text("a && b || a -> c", encoding="utf-8")
    assert output.FINDINGS == run(["rules", "check", str(file)])


def test_every_mistake_of_a_rule_for_a_program(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    rules.write_text(
        RULES.replace("50.00 TWD", "50.00 USD").replace("levels: [gold]", "level: gold")
        .replace("group: spring", "group: sprint").replace("business: top-up\n    template: member", "bussiness: x\n    template: member"),
        encoding="utf-8",
    )  # fmt: skip
    assert output.BAD_INPUT == run(["rules", "check", str(rules), "--json"])
    found = json.loads(capsys.readouterr().out)["rules"]
    assert {
        ("top-up", "currency_mismatch", "/where/实付金额/min"),
        ("top-up", "unknown_group", "/group"),
        ("top-up", "broken_rule", "/where/vip/rule"),
        ("vip", "unknown_key", "/bussiness"),
        ("vip", "missing_parameter", "/where/member_level/levels"),
        ("vip", "unknown_parameter", "/where/member_level/level"),
    } == {(r["key"], p["code"], p["pointer"]) for r in found for p in r["problems"]}


def explained(rules: Path, facts: str, capsys: pytest.CaptureFixture[str], *more: str) -> dict:
    assert output.OK == run(["rules", "explain", f"{rules}#top-up", facts, "--json", *more])
    return dict(json.loads(capsys.readouterr().out))


def test_why_a_rule_does_not_hold(rules: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    facts = context(tmp_path, member__birthday=1122, claims={"前 N 名限制": "sold_out"})
    found = explained(rules, facts, capsys)
    assert (False, "otherwise", "not_met", ["sold_out"]) == tuple(
        found[name] for name in ("verdict", "branch", "reason", "details")
    )
    assert ["->发优惠券"] == found["assumed"]
    assert {"x": "gives 5 points"} == found["actions"]
    words = [each["words"] for each in found["nearest"]]
    assert "spend 12.00 TWD more" == words[0]
    assert "1122" not in json.dumps(found)
    assert "1122" in json.dumps(explained(rules, facts, capsys, "--reveal"))


def test_a_claim_that_nothing_is_said_of_is_taken_for_free(
    rules: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = explained(rules, context(tmp_path, amount=5000, member__birthday=101), capsys)
    assert (True, "then", []) == (found["verdict"], found["branch"], found["nearest"])
    assert ["前 N 名限制", "->发优惠券"] == [each["key"] for each in found["claims"]]


def test_the_tree_has_a_mark_at_each_leaf(rules: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    run(["rules", "explain", f"{rules}#top-up", context(tmp_path)])
    shown = capsys.readouterr().out
    for mark in ("✗ 实付金额", "✗ 起止时间", "? rule vip", "✓ member_level", "? birthday_within"):
        assert mark in shown, shown
    assert "nearest miss: spend 12.00 TWD more" in shown


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["rules", "explain", "RULES", "CONTEXT"], "Which rule"),
        (["rules", "explain", "RULES#none", "CONTEXT"], "Which rule"),
        (["rules", "explain", "RULES#top-up", "RULES"], "no JSON"),
        (["rules", "check", "CONTEXT.yaml"], "CONTEXT.yaml"),
    ],
)
def test_what_cannot_be_read_is_bad_input(
    arguments: list[str], words: str, rules: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:  # fmt: skip
    context(tmp_path)
    named = {"RULES": str(rules), "CONTEXT": str(tmp_path / "context.json")}
    real = [named.get(a, a.replace("RULES#", f"{rules}#")) for a in arguments]
    assert output.BAD_INPUT == run(real)
    assert words in capsys.readouterr().err.replace("\n", " ")


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"amout": 5}, "Did you mean “amount”?"),
        ({"amount": "5.00 USD"}, "50.00 TWD"),
        ({"products": "latte"}, "list of texts"),
        ({"now": "noon"}, "2026-05-31T10:00"),
        ({"quantity": True}, "whole number"),
    ],
)
def test_a_fact_that_cannot_be_is_bad_input(
    facts: dict, words: str, rules: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert output.BAD_INPUT == run(
        ["rules", "explain", f"{rules}#top-up", context(tmp_path, **facts)]
    )
    assert words in capsys.readouterr().err.replace("\n", " ")


@pytest.mark.parametrize(
    ("text", "start", "end", "expected"),
    [
        ("a && b", 5, 6, ["a && b", "     ^"]),
        ("前 N && b", 7, 8, ["前 N && b", "        ^"]),
        ("a ->", 4, 4, ["a ->", "    ^"]),
        ("a\n(b\nc", 2, 5, ["(b", "^^"]),
        ("\ta\u202e", 2, 3, ["·a·", "  ^"]),
    ],
)
def test_carets_stand_under_what_they_mark(text: str, start: int, end: int, expected: list[str]) -> None:  # fmt: skip
    assert expected == list(marked(text, start, end))


def test_a_playbook_is_checked_with_the_scopes_of_its_cards() -> None:
    """The shipped playbook has no mistake, and each rule and each card's scope is looked at."""
    found = files.check(Path(__file__).resolve().parents[4] / "playbooks" / "gift-cards.yaml")
    assert all(each.ok and not each.problems for each in found)
    assert {"opening-30", "card:mid-autumn", "card:no-alcohol"} <= {e.key for e in found}


MISTAKEN = """\
currency: twd
zone: America
starts: 0001-01-01
template: paid_amount && last_order_between -> points
where:
  paid_amount: {min: 50}
  last_order_between: {after: 4}
give:
  points: {amount: 5}
"""


def test_mistakes_that_python_would_stumble_over_are_told_together(tmp_path: Path) -> None:
    """A bare number for money, a half name of a zone, a year of the Romans: said, all at once."""
    file = tmp_path / "mistaken.yaml"
    file.write_text(MISTAKEN, encoding="utf-8")
    (rule,) = files.check(file)
    said = {each.pointer: each.message for each in rule.problems}
    assert {
        "/zone": "There is no zone “America”.",
        "/currency": "There is no currency twd.",
        "/starts": "Give a year from 1970 to 2200.",
        "/where/paid_amount/min": 'Write money as "50.00 TWD".',
        "/where/last_order_between/after": (
            'Write "4 weeks", "3 months", "10 days" or "1 year", at most ten years.'
        ),
    } == said


def test_a_text_that_a_database_cannot_keep_is_a_mistake(tmp_path: Path) -> None:
    """SQLite would keep it and PostgreSQL would not: neither is asked."""
    file = tmp_path / "odd.yaml"
    text = (
        'title: "a\\0b"\ncurrency: CNY\ntemplate: first_order -> usable\nwhere: {first_order: {}}\n'
    )
    file.write_text(text + "give: {usable: {}}\n", encoding="utf-8")
    (rule,) = files.check(file)
    assert ["/title"] == [each.pointer for each in rule.problems]


def test_a_wrong_group_hides_no_other_mistake(rules: Path) -> None:
    """Each wrong group is told, and so is what is wrong with the rules."""
    wrong = "spring: {mode: bset_value, at_most: 0}\n  summer: 5"
    text = RULES.replace("spring: {mode: best_value}", wrong).replace("50.00 TWD", "-1 TWD")
    rules.write_text(text, encoding="utf-8")
    assert [
        ("spring", ["/groups/spring", "/groups/spring/at_most"]),
        ("summer", ["/groups/summer"]),
        ("top-up", ["/where/实付金额/min"]),
    ] == [(r.key, [p.pointer for p in r.problems]) for r in files.check(rules) if not r.ok]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("template: a -> b\nstarts: 2026-02-30\n", "This is no YAML: day is out of range"),
        ("template: a -> b\nwhere: " + "[" * 20_000, "nested too deeply"),
        ("template: a -> b\nwhere: {a: " + "[" * 600 + "]" * 600 + "}", "nested too deeply"),
        ("a" * 1_000_001, "larger than 1 MB"),
    ],
)
def test_no_file_makes_it_stumble(
    text: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "odd.yaml"
    file.write_text(text, encoding="utf-8")
    for arguments in (["check", str(file)], ["explain", str(file), str(file)]):
        assert output.BAD_INPUT == run(["rules", *arguments])
        assert words in capsys.readouterr().err.replace("\n", " ")


def test_a_folder_is_no_file_and_neither_is_nothing(
    rules: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in (tmp_path, tmp_path / "nobody.yaml"):
        for arguments in (["check", str(name)], ["explain", f"{rules}#vip", str(name)]):
            assert output.BAD_INPUT == run(["rules", *arguments, "--json"])
            assert "bad_input" == json.loads(capsys.readouterr().out)["error"]["code"]


def test_a_claim_that_the_rule_does_not_have_is_not_taken_for_free(
    rules: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A slip in its name would say of another that it is there."""
    facts = context(tmp_path, claims={"前 N 名限": "sold_out"})
    assert output.BAD_INPUT == run(["rules", "explain", f"{rules}#top-up", facts])
    assert "Did you mean “前 N 名限制”?" in capsys.readouterr().err.replace("\n", " ")


@pytest.mark.parametrize("now", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_moment_beyond_the_calendars_is_bad_input(now: str, rules: Path, tmp_path: Path) -> None:
    facts = context(tmp_path, now=now)
    assert output.BAD_INPUT == run(["rules", "explain", f"{rules}#top-up", facts])
