"""What people read of rules is in their language: conditions, gaps, reasons, mistakes."""

import pytest
from django.utils import translation

from postlude.rewards.types.reservations import Reason
from postlude.rules.conditions import registry
from postlude.rules.explaining import refusals, waiting
from postlude.rules.explaining.examining import Examined
from postlude.rules.explaining.nearest import nearest_miss
from postlude.rules.explaining.traces import Level, explain
from postlude.rules.kinds import Binding
from support.rule_texts import bound, rule

TAIPEI = Binding("TWD", "Asia/Taipei")
DAY_US = 86_400_000_000


def nearest(kind: str, params: dict, **facts) -> str:
    context = {"now": 0} | {name.replace("__", "."): value for name, value in facts.items()}
    one = rule("c -> usable", {"c": {"kind": kind, "params": params}})
    return nearest_miss(Examined(one), context).flips[0].words


@pytest.mark.parametrize(
    ("language", "spend", "orders", "later"),
    [
        ("en", "spend 12.00 TWD more", "2 more orders", "4 days from now"),
        ("zh-hant", "再消費 12.00 TWD", "再下 2 筆訂單", "4 天後"),
        ("ru", "потратьте ещё 12.00 TWD", "ещё 2 заказа", "через 4 дня"),
    ],
)
def test_what_is_missing(language, spend, orders, later) -> None:
    """Money and numbers stay as they are formatted; the frame around them is translated."""
    with translation.override(language):
        assert nearest("paid_amount", {"min": "50.00 TWD"}, amount=3800) == spend
        assert nearest("orders", {"min": 3}, member__orders=1) == orders
        assert nearest("period", {"starts": "1970-01-05T08:00"}) == later


@pytest.mark.parametrize(
    ("count", "words"),
    [(1, "24 часа"), (5, "5 дней"), (21, "21 день"), (22, "22 дня"), (111, "111 дней")],
)
def test_russian_counts_have_their_forms(count, words) -> None:
    with translation.override("ru"):
        assert waiting.in_words(count * DAY_US) == words


@pytest.mark.parametrize(
    ("language", "expected", "title"),
    [
        ("en", "pays 50.00 TWD to 99.99 TWD", "what is to be paid"),
        ("zh-hant", "實付50.00 TWD 到 99.99 TWD", "應付金額"),
        ("ru", "платит от 50.00 TWD до 99.99 TWD", "сумма к оплате"),
    ],
)
def test_an_explanation(language, expected, title) -> None:
    params = {"min": "50.00 TWD", "max": "99.99 TWD"}
    one = Examined(rule("c -> usable", {"c": {"kind": "paid_amount", "params": params}}))
    with translation.override(language):
        first = explain(one, {"now": 0, "amount": 1}, level=Level.FIRST).first
    assert (first.expected, first.actual[0].title) == (expected, title)
    assert (first.code, first.actual[0].text) == ("paid_amount.not_met", "0.01 TWD")


@pytest.mark.parametrize("language", ["zh-hant", "ru"])
def test_each_reason_of_a_refusal_has_its_words(language) -> None:
    assert {each.value for each in Reason} <= set(refusals.WORDS)
    with translation.override(language):
        said = [refusals.in_words([each]) for each in refusals.WORDS]
    assert not set(said) & {*refusals.WORDS, *refusals.WORDS.values()}
    assert len(set(said)) == len(said)


@pytest.mark.parametrize(
    ("language", "missing", "unknown"),
    [
        ("en", "A condition is missing before “->”.", "Did you mean “paid_amount”?"),
        ("zh-hant", "「->」之前缺少條件。", "您是指「paid_amount」嗎？"),
        ("ru", "Перед «->» не хватает условия.", "Может быть, «paid_amount»?"),
    ],
)
def test_a_mistake_keeps_its_code(language, missing, unknown) -> None:
    with translation.override(language):
        found = bound("paid_amout && -> usable").problems
    assert {"no_condition", "unknown_condition"} == {each.code for each in found}
    assert missing in [each.message for each in found]
    assert unknown in [each.hint for each in found]


@pytest.mark.parametrize("language", ["zh-hant", "ru"])
def test_every_kind_and_example_is_said_otherwise_than_in_english(language) -> None:
    for kind in registry.kinds().values():
        for example in kind.examples:
            params = kind.params.model_validate(example)
            english = kind.words(params, TAIPEI)
            with translation.override(language):
                assert kind.words(params, TAIPEI) != english or "words" in example
                assert translation.gettext(kind.title) != kind.title
                assert translation.gettext(kind.unknown) != kind.unknown
