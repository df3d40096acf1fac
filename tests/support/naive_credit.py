"""What orders are credited to, as a reader of the rule would find it: no index, no batch, no news.

Facts are plain tuples; times are seconds. It shares no line with the product.
"""

from dataclasses import dataclass, field

DAY = 86_400
PAUSE = 1_800


@dataclass
class Told:
    """All that was ever told, by name."""

    touches: dict[str, tuple] = field(default_factory=dict)
    """(kind, contact, visitor, second, channel, human or None, testing)"""
    orders: dict[str, tuple] = field(default_factory=dict)
    """(contact, visitor, second, test)"""
    looks: list[tuple] = field(default_factory=list)
    """(visitor, second)"""
    persons: dict[str, str] = field(default_factory=dict)
    """Who speaks for a contact; itself where it is not here."""
    users: dict[str, str] = field(default_factory=dict)
    """Whose a visitor is by now."""
    numbers: dict[str, int] = field(default_factory=dict)
    """The ids of touches."""
    windows: dict[str, int] = field(default_factory=dict)
    by_clicker: bool = False


def credited(told: Told) -> dict[str, tuple[str | None, str | None]]:
    found = {}
    for name, (contact, visitor, second, test) in told.orders.items():
        if test:
            continue
        opens, clicks = [], []
        for touch, (kind, to, browser, when, channel, human, testing) in told.touches.items():
            if kind == "link" and told.by_clicker:
                to = told.users.get(browser, to)  # noqa: PLW2901 - that is what the rule does
            if testing or not _is_of(told, contact, visitor, to, browser):
                continue
            if not second - told.windows.get(channel, DAY) <= when <= second:
                continue
            if kind == "pixel":
                opens.append((when, told.numbers[touch], touch))
            elif human:
                clicks.append((when, told.numbers[touch], touch))
        clicked = max(clicks)[2] if clicks else None
        found[name] = (max(opens)[2] if opens else clicked, clicked)
    return found


def _is_of(told: Told, contact, visitor, to, browser) -> bool:
    buyer = told.users.get(visitor) if contact is None else contact
    user = told.users.get(browser) if to is None else None
    if user is not None and buyer is not None and _person(told, user) == _person(told, buyer):
        return True
    if to is not None and buyer is not None and _person(told, to) == _person(told, buyer):
        return True
    if visitor is None or browser != visitor:
        return False
    return to is None or contact is None


def _person(told: Told, contact: str) -> str:
    return told.persons.get(contact, contact)


def sessions(told: Told) -> dict[str, tuple[int, int]]:
    found = {}
    for name, (_, visitor, second, test) in told.orders.items():
        if visitor is None or test:
            continue
        start = second
        for who, when in sorted(told.looks, key=lambda each: -each[1]):
            if who == visitor and when <= start and start - when <= PAUSE:
                start = when
        found[name] = (start, second)
    return found
