"""A plug-in adds kinds; one that is broken is named when kinds are asked for, never at import."""

from importlib.metadata import EntryPoint

import pytest

from postlude.rules import plugins
from postlude.rules.conditions import quantity, registry
from postlude.rules.errors import BrokenPlugin, KindClash
from postlude.rules.kinds import ConditionKind

OTHER = ConditionKind(
    name="weather",
    title="Weather",
    params=quantity.KIND.params,
    predicate=quantity.predicate,
    words=quantity.words,
    aliases=("天气",),
)
TWIN = ConditionKind(
    name="raining",
    title="Raining",
    params=quantity.KIND.params,
    predicate=quantity.predicate,
    words=quantity.words,
    aliases=("实付金额",),
)


def gathered(value: str):
    point = EntryPoint("x", value, registry.GROUP)
    return plugins.gathered(registry.OWN, ConditionKind, registry.GROUP, lambda _group: [point])


def test_a_plugin_adds_a_kind_under_all_its_names() -> None:
    kinds = _with(OTHER)
    assert kinds["weather"] is OTHER
    assert "weather" == plugins.by_alias(kinds)["天气"]
    assert set(registry.kinds()) < set(kinds)


def _with(kind: ConditionKind):
    class Point:
        value = "somebody:KIND"

        @staticmethod
        def load() -> object:
            return kind

    return plugins.gathered(registry.OWN, ConditionKind, registry.GROUP, lambda _group: [Point])


@pytest.mark.parametrize("value", ["no_such_module:KIND", "json:NOTHING", "json:dumps"])
def test_a_broken_one_is_named(value) -> None:
    with pytest.raises(BrokenPlugin, match=value):
        gathered(value)


def test_two_kinds_do_not_share_a_name() -> None:
    with pytest.raises(KindClash, match="实付金额"):
        _with(TWIN)
