"""When a day of the year comes round: the arithmetic behind `predicates.Anniversary`.

`calendars.near` says which days of the year are near a day; this says how near one of them is, so
that all rules about one fact share a look-up. Tests hold the two together.
"""

from calendar import isleap
from datetime import date
from functools import lru_cache

from postlude.rules.facts import date_of

_LEAP, _EVE = 229, 228
NEVER = 367  # days; every day of the year comes round within 366


@lru_cache(maxsize=65536)
def until_and_since(month_day: int, today: int) -> tuple[int, int]:
    """Return the days until the next and since the last occurrence; 0 and 0 on the day itself.

    `month_day` is month x 100 + day and `today` a civil day. 0229 is kept on 0228 in years without
    it. A day that no year has is NEVER away.
    """
    now = date_of(today)
    try:
        here = _occurrence(now.year, month_day)
        ahead = here if here >= now else _occurrence(now.year + 1, month_day)
        behind = here if here <= now else _occurrence(now.year - 1, month_day)
    except ValueError:
        return NEVER, NEVER
    return (ahead - now).days, (now - behind).days


def _occurrence(year: int, month_day: int) -> date:
    kept = _EVE if month_day == _LEAP and not isleap(year) else month_day
    return date(year, *divmod(kept, 100))
