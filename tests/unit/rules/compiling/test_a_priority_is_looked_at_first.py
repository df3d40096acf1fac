from postlude.rules.compiling.completing import OnDemand
from postlude.rules.compiling.ruleset import RuleSet, compiled
from postlude.rules.language.tree import And, Leaf, Or
from postlude.rules.predicates import Is, OneOf, Range
from support.rule_worlds import leaf_of, rule_about, rule_of


def _asked_of(rules, facts, loaded):
    asked = []

    def load(name):
        asked.append(name)
        return loaded[name]

    context = OnDemand(facts, {name: lambda name=name: load(name) for name in loaded})
    return rules.matching(context), asked


def test_what_is_loaded_comes_last():
    """A fact that has to be loaded is asked for once, and only if all else holds."""
    leaves = {
        "first": leaf_of("first", Is("first_top_up")),
        "amount": leaf_of("amount", Range("n1", 10)),
    }
    one = rule_of(And((Leaf("first"), Leaf("amount"))), leaves)
    two = rule_of(And((Leaf("amount"), Leaf("first"))), leaves, 2)
    rules = RuleSet([one, two], frozenset({"first_top_up"}))
    loaded = {"first_top_up": True}
    assert _asked_of(rules, {"now": 0, "n1": 9}, loaded) == (0, [])
    assert _asked_of(rules, {"now": 0, "n1": 10}, loaded) == (0b11, ["first_top_up"])


def test_an_or_that_holds_loads_nothing():
    """Where a cheap operand decides an `or`, the dear one is not asked."""
    dear = leaf_of("dear", Is("first_top_up"), cost=100)
    cheap = leaf_of("cheap", OneOf("t1", frozenset({"a"})))
    rule = rule_of(Or((Leaf("dear"), Leaf("cheap"))), {"dear": dear, "cheap": cheap})
    rules = RuleSet([rule], frozenset({"first_top_up"}))
    assert _asked_of(rules, {"now": 0, "t1": "a"}, {"first_top_up": False}) == (1, [])
    assert _asked_of(rules, {"now": 0, "t1": "b"}, {"first_top_up": True}) == (1, ["first_top_up"])


def test_a_higher_priority_goes_before_the_cheaper():
    """A leaf with a higher priority is looked at first, whatever it costs."""
    for priority, expected in ((0, []), (1, ["first_top_up"])):
        dear = leaf_of("dear", Is("first_top_up"), cost=100, priority=priority)
        cheap = leaf_of("cheap", Range("n1", 10))
        rule = rule_of(And((Leaf("cheap"), Leaf("dear"))), {"dear": dear, "cheap": cheap})
        context = OnDemand({"now": 0, "n1": 1}, {})
        asked = []
        context._loaders = {"first_top_up": lambda asked=asked: asked.append("first_top_up")}
        rules = RuleSet([rule])
        assert rules.closures[0](rules.complete(context)) is False
        assert asked == expected


def test_a_version_is_compiled_once():
    """The same version is the same object; another one is compiled anew."""
    loads = []

    def load():
        loads.append(1)
        return [rule_about(Range("n1", 1))]

    first = compiled(("test", 1), load)
    assert compiled(("test", 1), load) is first
    assert compiled(("test", 2), load) is not first
    assert len(loads) == 2
