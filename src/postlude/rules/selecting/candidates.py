"""Which rules are asked at all: found by what every rule has, before any condition is looked at."""

from collections.abc import Iterable
from datetime import datetime

from postlude.rules.rule import Attributes, Rule

Carrier = tuple[str, str]
_Place = tuple[str, Carrier | None, str]


class Candidates:
    """Rules by business, carrier and merchant; build it once for a version of the rules."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules: dict[_Place, list[tuple[int, Rule]]] = {}
        for number, rule in enumerate(rules):
            place = _place(rule.attributes)
            self._rules.setdefault(place, []).append((number, rule))

    def find(
        self, business: str, *, now: datetime, carrier: Carrier | None = None, merchant: str = ""
    ) -> tuple[Rule, ...]:
        """Return the rules of a business that are on line at `now`, in the order they were given.

        A carrier's rules are found through it and nowhere else, and with a carrier only its own
        are: a gift card's scope is not widened by a rule of the flow. Rules without a merchant are
        every merchant's.
        """
        merchants = dict.fromkeys((merchant, ""))
        found = [
            each for name in merchants for each in self._rules.get((business, carrier, name), ())
        ]
        return tuple(rule for _, rule in sorted(found, key=_number) if on_line(rule, now))


def on_line(rule: Rule, now: datetime) -> bool:
    """Return whether a rule is switched on and `now` lies within its schedule (end left out)."""
    says = rule.attributes
    started = says.starts is None or says.starts <= now
    return says.online and started and (says.ends is None or now < says.ends)


def _place(says: Attributes) -> _Place:
    return says.business, says.carrier, says.merchant


def _number(numbered: tuple[int, Rule]) -> int:
    return numbered[0]
