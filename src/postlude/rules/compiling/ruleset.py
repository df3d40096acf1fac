"""A version of a rule set, compiled once and asked often."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Sequence
from functools import cached_property
from threading import Lock

from postlude.rules.compiling.bitmask import Index
from postlude.rules.compiling.closures import Complete, Matches, of_decisive
from postlude.rules.compiling.completing import Completion
from postlude.rules.compiling.deciding import decisive
from postlude.rules.compiling.normalising import condition
from postlude.rules.compiling.reading import facts_read
from postlude.rules.facts import Context
from postlude.rules.predicates import Predicate
from postlude.rules.rule import Rule

MOST_KEPT = 256  # compiled versions in one process; the longest unused goes first


class RuleSet:
    """Rules in a fixed order; a rule is named by its place.

    Claims are not decided here: a rule that only waits for its claims matches. Facts in `deferred`
    cost something to load: they are looked at last, and only for rules that all else holds for.
    """

    def __init__(self, rules: Sequence[Rule], deferred: frozenset[str] = frozenset()) -> None:
        self.rules = tuple(rules)
        self._deferred = deferred
        shared: dict[Predicate, Predicate] = {}
        self.conditions = tuple(decisive(condition(rule, shared)) for rule in self.rules)
        # All tests, also those that folding left out: a trace looks at every leaf.
        self._completion = Completion(name for test in shared for name in facts_read(test))

    @property
    def reads(self) -> frozenset[str]:
        """The facts that some rule looks at, those of the local calendar included."""
        return self._completion.names

    def complete(self, context: Context) -> Complete:
        """Return the context as the closures want it; make it once and ask many of them."""
        return self._completion.complete(context)

    @cached_property
    def closures(self) -> tuple[Matches, ...]:
        """For each rule, whether it matches a complete context."""
        return tuple(map(of_decisive, self.conditions))

    def matching(self, context: Context) -> int:
        """Return which rules match as a bit mask by place, by the index: the way for many rules."""
        return self._look_up(context)

    def matched(self, context: Context) -> tuple[Rule, ...]:
        """Return the rules that match, in their order."""
        return tuple(self.rules[place] for place in places(self.matching(context)))

    @cached_property
    def _look_up(self) -> Callable[[Context], int]:
        index = Index(self.conditions, self._deferred)
        if index.needs_closures:
            return lambda context: index.matching(self._completion.complete(context))
        if self._completion.zones:
            return lambda context: index.matching(self._completion.with_calendar(context))
        return index.matching


def places(mask: int) -> Iterator[int]:
    """Yield the places of the bits that are set, lowest first."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


_kept: OrderedDict[Hashable, RuleSet] = OrderedDict()
_lock = Lock()


def compiled(version: Hashable, load: Callable[[], Sequence[Rule]]) -> RuleSet:
    """Return the rule set of a version, compiled at the first asking.

    `version` names its rules for good (organisation, business, number): a change is a new version.
    Two threads that ask first may both compile it; both get an equal set.
    """
    with _lock:
        if version in _kept:
            _kept.move_to_end(version)
            return _kept[version]
    rules = RuleSet(load())
    with _lock:
        rules = _kept.setdefault(version, rules)
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return rules
