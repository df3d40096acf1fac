"""200 rules and 10,000 events, always the same, in words that any rule engine understands.

The standard library alone is used: engines of others read this file in environments of their own.
A rule is an `and` of three to five conditions: the amount in a range, the moment between two days,
the product in a list of 50 out of 500, a segment out of 12, a least quantity. An event has one
product and is in each segment or not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

SEED = 7
RULES, EVENTS = 200, 10_000
PRODUCTS, LISTED, SEGMENTS = 500, 50, 12
FIRST_DAY = date(2026, 1, 1)
DAYS = 365
_DAY_S = 86_400
_EPOCH_DAYS = (FIRST_DAY - date(1970, 1, 1)).days
_OFFSET_S = 8 * 3600  # Taipei, which has no summer time


@dataclass(frozen=True, slots=True)
class Asked:
    """What a rule asks; a condition that is None is not among them. Upper ends are left out."""

    amount: tuple[int, int] | None = None
    days: tuple[int, int] | None = None  # counted from FIRST_DAY, in Taipei
    products: tuple[str, ...] | None = None
    segment: int | None = None
    quantity: int | None = None

    @property
    def seconds(self) -> tuple[int, int] | None:
        """The days as seconds since 1970 UTC."""
        if self.days is None:
            return None
        first, last = ((_EPOCH_DAYS + day) * _DAY_S - _OFFSET_S for day in self.days)
        return first, last


@dataclass(frozen=True, slots=True)
class Event:
    amount: int
    second: int
    product: str
    segments: frozenset[int]
    quantity: int


def rules(count: int = RULES, seed: int = SEED) -> tuple[Asked, ...]:
    random = Random(seed)  # noqa: S311 - it has to be the same each time
    return tuple(_rule(random) for _ in range(count))


def events(count: int = EVENTS, seed: int = SEED) -> tuple[Event, ...]:
    random = Random(f"events {seed}")  # noqa: S311 - it has to be the same each time
    return tuple(_event(random) for _ in range(count))


def matches(rule: Asked, event: Event) -> bool:
    """The plain reference: every engine has to count what this counts."""
    return (
        (rule.amount is None or rule.amount[0] <= event.amount < rule.amount[1])
        and (rule.seconds is None or rule.seconds[0] <= event.second < rule.seconds[1])
        and (rule.products is None or event.product in rule.products)
        and (rule.segment is None or rule.segment in event.segments)
        and (rule.quantity is None or event.quantity >= rule.quantity)
    )


def expected(asked: Sequence[Asked], happened: Sequence[Event]) -> list[int]:
    """Return for each event how many rules match."""
    return [sum(matches(rule, event) for rule in asked) for event in happened]


def day(number: int) -> date:
    return FIRST_DAY + timedelta(days=number)


def _rule(random: Random) -> Asked:
    chosen = set(random.sample(range(5), random.randint(3, 5)))
    low, first = random.randrange(0, 60_000, 100), random.randrange(0, 300)
    products = random.sample(range(PRODUCTS), LISTED)
    return Asked(
        amount=(low, low + random.randrange(10_000, 60_000, 100)) if 0 in chosen else None,
        days=(first, first + random.randrange(30, 200)) if 1 in chosen else None,
        products=tuple(f"p{number}" for number in products) if 2 in chosen else None,  # noqa: PLR2004
        segment=random.randrange(SEGMENTS) if 3 in chosen else None,  # noqa: PLR2004
        quantity=random.randint(1, 5) if 4 in chosen else None,  # noqa: PLR2004
    )


def _event(random: Random) -> Event:
    start = _EPOCH_DAYS * _DAY_S - _OFFSET_S
    return Event(
        amount=random.randrange(0, 100_000),
        second=start + random.randrange(DAYS * _DAY_S),
        product=f"p{random.randrange(PRODUCTS)}",
        segments=frozenset(at for at in range(SEGMENTS) if random.random() < 0.33),  # noqa: PLR2004
        quantity=random.randint(1, 6),
    )
