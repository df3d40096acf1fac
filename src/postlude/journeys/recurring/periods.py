"""Within which period somebody is served once: the scope of the mark. Pure."""

from calendar import isleap
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from postlude.journeys.recurring.types import OncePer, Recurring

_LEAP, _EVE = 229, 228


def scope(  # noqa: PLR0913 - what a period may hang on
    notice: Recurring,
    selection: str,
    *,
    as_of: datetime,
    zone: str,
    home: str,
    last_order: datetime | None,
    birthday: int | None,
    order: int,
) -> str | None:
    """Return the mark's scope for one person; None for who has no such period any more.

    An inactivity begins with the last order, on its local day: a new order begins another one.
    That is a day of the organisation (`home`), so that it stays the same should the customer come
    to live by other clocks (`zone`, by which all else goes). A birthday's period is the year in
    which the next one falls. `order` is the order's id.
    """
    today = as_of.astimezone(ZoneInfo(zone)).date()
    match notice.once_per:
        case OncePer.ORDER:
            return f"order:{order}"
        case OncePer.MONTH:
            return month(today)
        case OncePer.BIRTHDAY:
            return None if birthday is None else f"birthday:{next_birthday(birthday, today).year}"
        case OncePer.INACTIVITY:
            if last_order is None:
                return None
            day = last_order.astimezone(ZoneInfo(home)).date()
            return f"inactive:{selection}:{day}" if notice.remind_again else f"inactive:{day}"
        case OncePer.EVER:
            return f"ever:{selection}" if notice.remind_again else "ever"


def month(day: date) -> str:
    return f"month:{day:%Y-%m}"


def last_month(as_of: datetime, zone: str) -> str:
    """Return the scope of the month before."""
    today = as_of.astimezone(ZoneInfo(zone)).date()
    return month(today.replace(day=1) - timedelta(days=1))


def next_birthday(month_day: int, today: date) -> date:
    """Return when it comes round, today or later; 29 February is kept on the 28th."""
    here = _in_year(month_day, today.year)
    return here if here >= today else _in_year(month_day, today.year + 1)


def _in_year(month_day: int, year: int) -> date:
    kept = _EVE if month_day == _LEAP and not isleap(year) else month_day
    return date(year, *divmod(kept, 100))
