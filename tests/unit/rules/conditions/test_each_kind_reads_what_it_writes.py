"""Parameters of every kind: read, refused, said in words, stored and read again."""

import pytest
from pydantic import ValidationError

from postlude.rules import vocabulary
from postlude.rules.actions import registry as actions
from postlude.rules.conditions import registry as conditions
from postlude.rules.kinds import Binding, Phase
from postlude.rules.predicates import AllOf, Computed, Constant, Negated, SomeOf
from support import extras

TAIPEI = Binding("TWD", "Asia/Taipei")
CASES = [
    pytest.param(
        kind,
        example,
        id=f"{kind.name}-{index}",
        marks=extras.needs_cel if kind.name == "expr" else (),
    )
    for kind in (*conditions.kinds().values(), *actions.kinds().values())
    for index, example in enumerate(kind.examples)
]


def facts(predicate) -> set[str]:
    match predicate:
        case AllOf(children) | SomeOf(children):
            return set().union(*map(facts, children))
        case Negated(child):
            return facts(child)
        case Computed(facts=names):
            return set(names)
        case Constant():
            return set()
        case _:
            return {predicate.fact}


@pytest.mark.parametrize(("kind", "example"), CASES)
def test_an_example_is_read_and_written_equal(kind, example) -> None:
    params = kind.params.model_validate(example)
    assert params == kind.params.model_validate(params.model_dump(mode="json"))
    assert params == kind.params.model_validate_json(params.model_dump_json())
    assert () == tuple(kind.check(params, TAIPEI))
    assert kind.words(params, TAIPEI)


@pytest.mark.parametrize(("kind", "example"), CASES)
def test_a_parameter_that_is_not_known_is_refused(kind, example) -> None:
    with pytest.raises(ValidationError):
        kind.params.model_validate({**example, "nonsense": 1})


@pytest.mark.parametrize("kind", conditions.kinds().values(), ids=lambda kind: kind.name)
def test_a_condition_reads_facts_that_are_known(kind) -> None:
    for example in kind.examples:
        read = facts(kind.predicate(kind.params.model_validate(example), TAIPEI))
        assert [] == [name for name in read if vocabulary.fact(name) is None]


@pytest.mark.parametrize("kind", conditions.kinds().values(), ids=lambda kind: kind.name)
def test_what_is_scarce_is_claimed_and_nothing_else(kind) -> None:
    assert (kind.phase is Phase.CLAIM) == (kind.claim is not None)
    assert kind.unknown
    assert kind.examples


def test_the_seed_calls_them_by_their_names() -> None:
    """The two templates of the document that asked for rules are in our words."""
    for alias in ("商品范围", "商品分组范围", "实付金额", "起止时间", "前 N 名限制"):
        assert alias in conditions.names()
    for alias in ("可用", "发赠送金", "发优惠券", "发赠品", "发积分"):
        assert alias in actions.names()
