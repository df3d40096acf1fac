"""Within which period somebody walks a path once: the scopes of the marks. Pure."""

from datetime import datetime
from zoneinfo import ZoneInfo

from postlude.journeys.paths.types import Once
from postlude.journeys.recurring import periods

_INACTIVE = "inactive:"


def of_subject(topic: str, subject: int) -> str:
    """Return the scope by which one order, ticket or event starts a path once, for ever."""
    return f"{topic}:{subject}"


def of_look(scope: str) -> str:
    """Return the scope by which one look takes somebody in once."""
    return f"look:{scope}"


def of_period(once: Once, *, as_of: datetime, zone: str, last_order: datetime | None) -> str | None:
    """Return the scope of the period; None for who has none (no inactivity without an order)."""
    today = as_of.astimezone(ZoneInfo(zone)).date()
    match once:
        case Once.MONTH:
            return periods.month(today)
        case Once.YEAR:
            return f"year:{today.year}"
        case Once.INACTIVITY:
            if last_order is None:
                return None
            return f"{_INACTIVE}{last_order.astimezone(ZoneInfo(zone)).date()}"
        case Once.EVER:
            return "ever"
        case Once.EACH:
            raise ValueError("each has no period but its own")


def are_alike(made: str, scope: str, *, made_at: datetime, last_order: datetime | None) -> bool:
    """Say whether a mark that was `made` by another name of a person holds for this scope.

    Two inactivities of different days are one where nothing was ordered since the first mark.
    """
    if made == scope:
        return True
    both = made.startswith(_INACTIVE) and scope.startswith(_INACTIVE)
    return both and last_order is not None and made_at > last_order
