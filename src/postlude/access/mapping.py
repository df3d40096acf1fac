"""From tickets to what they open. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from postlude.access.types import MapRule

Matches = Callable[[str, str], bool]


@dataclass(frozen=True, slots=True)
class TicketSeen:
    """What the map looks at: the names of the event and of the ticket type."""

    event: str
    ticket_type: str
    ticket_type_id: int


@dataclass(frozen=True, slots=True)
class Opened:
    """Resource keys, and the ticket types that no rule knows."""

    resources: frozenset[str]
    unmapped: frozenset[int]


def rule_for(ticket: TicketSeen, rules: Sequence[MapRule], matches: Matches) -> MapRule | None:
    """Return the first rule that fits, or None."""
    return next(
        (
            rule
            for rule in rules
            if matches(rule.event or "*", ticket.event)
            and matches(rule.ticket_type or "*", ticket.ticket_type)
        ),
        None,
    )


def opened_by(tickets: Iterable[TicketSeen], rules: Sequence[MapRule], matches: Matches) -> Opened:
    """Return all that these tickets open together."""
    resources: set[str] = set()
    unmapped: set[int] = set()
    for ticket in tickets:
        rule = rule_for(ticket, rules, matches)
        if rule is None:
            unmapped.add(ticket.ticket_type_id)
        else:
            resources.update(rule.resources)
    return Opened(frozenset(resources), frozenset(unmapped))
