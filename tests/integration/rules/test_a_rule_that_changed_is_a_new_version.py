"""Publishing: versions are immutable, the same again changes nothing, mistakes change nothing."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from postlude.orgs import api as orgs
from postlude.rules import library, publishing
from postlude.rules.errors import BadRule, UnknownRule
from postlude.rules.models import RuleVersion
from postlude.rules.types import Group, Published, RuleDefinition

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def org() -> int:
    return orgs.create("lantern", "Lantern", zone="Asia/Shanghai", currency="CNY").id


def rule(key: str = "every-200", least: str = "200.00 CNY", **more: object) -> RuleDefinition:
    whole = {
        "title": key,
        "business": "top-up",
        "template": "实付金额 -> 发赠送金",
        "where": {"实付金额": {"min": least}},
        "give": {"发赠送金": {"amount": "20.00 CNY"}},
        "currency": "CNY",
        "zone": "Asia/Shanghai",
    }
    return RuleDefinition(key=key, **{**whole, **more})  # type: ignore[arg-type]


def test_the_same_again_changes_nothing(org: int) -> None:
    """A second publishing of the same words makes no version and compiles nothing anew."""
    publishing.publish(org, [rule()], {}, now=NOW)
    number = library.shelf(org).number
    assert publishing.publish(org, [rule()], {}, now=NOW) == Published()
    assert library.shelf(org).number == number
    assert RuleVersion.objects.filter(org=org).count() == 1


def test_a_change_is_a_version_and_the_old_one_stays(org: int) -> None:
    """Whoever names the old version still reads what it said."""
    publishing.publish(org, [rule()], {}, now=NOW)
    old = library.version_of(org, "every-200")
    assert old is not None
    changed = publishing.publish(org, [rule(least="300.00 CNY")], {}, now=NOW)
    assert changed.changed == ("every-200",)
    newest, _ = library.in_force(org, "top-up")
    assert [each.matched({"now": 0, "amount": 250_00}) for each in (newest,)] == [()]
    kept = library.of_versions(org, [old])
    assert [each.id for each in kept.matched({"now": 0, "amount": 250_00})] == [old]


def test_a_rule_left_out_is_retired_and_may_come_back(org: int) -> None:
    """No new order meets a retired rule; its version does not change when it comes back."""
    publishing.publish(org, [rule(), rule("other")], {}, now=NOW)
    version = library.version_of(org, "other")
    assert publishing.publish(org, [rule()], {}, now=NOW).retired == ("other",)
    assert [each.key for each in library.in_force(org, "top-up")[0].rules] == ["every-200"]
    assert publishing.publish(org, [rule(), rule("other")], {}, now=NOW).back == ("other",)
    assert library.version_of(org, "other") == version


def test_a_sub_rule_that_changes_makes_a_new_version_of_whoever_names_it(org: int) -> None:
    """A version says everything by itself, its sub-rules included."""
    whole = rule(
        "whole",
        template="rich && day -> 发赠送金",
        where={"rich": {"rule": "rich"}, "day": {"kind": "membership_day", "day": 8}},
    )
    part = rule("rich")
    publishing.publish(org, [whole, part], {}, now=NOW)
    before = library.version_of(org, "whole")
    assert before is not None
    publishing.publish(
        org, [whole, replace(part, where={"实付金额": {"min": "900.00 CNY"}})], {}, now=NOW
    )
    after = library.version_of(org, "whole")
    assert after is not None
    assert after != before
    now = 1_783_440_000_000_000  # 2026-07-08 00:00 in Shanghai
    asked = {"now": now, "amount": 250_00}
    assert [len(library.of_versions(org, [each]).matched(asked)) for each in (before, after)] == [
        1,
        0,
    ]


def test_mistakes_are_told_all_at_once_and_nothing_changes(org: int) -> None:
    """A foreign currency, an unknown group and an unknown condition are each told with a place."""
    publishing.publish(org, [rule()], {}, now=NOW)
    bad = [
        rule(least="200.00 EUR"),
        rule("lost", group="nowhere"),
        rule("odd", template="实付金额 && payd -> 发赠送金"),
    ]
    with pytest.raises(BadRule) as refused:
        publishing.publish(org, bad, {"top-up": Group()}, now=NOW)
    told = {
        (each["rule"], each["pointer"]) for each in refused.value.as_json()["error"]["problems"]
    }
    assert {("every-200", "/where/实付金额/min"), ("lost", "/group")} <= told
    assert "odd" in {key for key, _ in told}
    assert [each.key for each in library.in_force(org, "top-up")[0].rules] == ["every-200"]


def test_a_paused_rule_is_off_line_until_it_is_put_back(org: int) -> None:
    """Pausing is seen at once, and publishing the same again does not undo it."""
    publishing.publish(org, [rule()], {}, now=NOW)
    assert publishing.pause(org, "every-200", paused=True, now=NOW)
    assert not publishing.pause(org, "every-200", paused=True, now=NOW)
    publishing.publish(org, [rule()], {}, now=NOW)
    assert [each.attributes.online for each in library.in_force(org, "top-up")[0].rules] == [False]
    assert publishing.pause(org, "every-200", paused=False, now=NOW)
    assert [each.attributes.online for each in library.in_force(org, "top-up")[0].rules] == [True]


def test_another_organisations_version_is_not_there(org: int) -> None:
    """A version's id is worth nothing in another organisation."""
    publishing.publish(org, [rule()], {}, now=NOW)
    version = library.version_of(org, "every-200")
    other = orgs.create("other", "Other", zone="Asia/Shanghai", currency="CNY").id
    with pytest.raises(UnknownRule):
        library.of_versions(other, [version or 0])
    assert library.in_force(other, "top-up")[0].rules == ()
