"""When something happened, by our clock, from what a clock that may be wrong says. Pure.

The client sends when each hit happened and when it sent the batch. The difference of the two is
right however wrong its clock is; what is left is the way, which is short.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from postlude.activity.types import Sign
from postlude.kernel import storable

_OLDEST = timedelta(days=31)
OLDEST_MS = _OLDEST / timedelta(milliseconds=1)
_AHEAD = timedelta(minutes=5)
_MOST_AHEAD = timedelta(hours=23)
MOST_AHEAD_MS = _MOST_AHEAD / timedelta(milliseconds=1)
_LATE = timedelta(minutes=5)
_TEXT_MAX = 40


class WrongTime(Exception):
    """A time that cannot be used; `code` says why."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Instants:
    """The times of one batch: when it arrived, and when its client says that it was sent."""

    received_at: datetime
    sent_at: datetime | None

    def of(self, given: Any) -> tuple[datetime, datetime, Sign]:
        """Return when it happened by our clock, by the client's, and what is odd about that.

        Raises WrongTime for what is older than 31 days or more than 23 hours ahead.
        """
        said = instant(given)
        if said is None:
            return self.received_at, self.sent_at or self.received_at, Sign.NONE
        age = (self.sent_at or self.received_at) - said
        if age > _OLDEST:
            raise WrongTime("too_old")
        if -age > _MOST_AHEAD:
            raise WrongTime("from_the_future")
        sign = Sign.CLOCK_AHEAD if -age > _AHEAD else Sign.NONE
        if age > _LATE:
            sign |= Sign.LATE
        return self.received_at - max(age, timedelta(0)), said, sign


def instant(given: Any) -> datetime | None:
    """Read milliseconds since 1970 or ISO 8601 with a zone; raise WrongTime. None stays None."""
    if given is None:
        return None
    try:
        if isinstance(given, str) and len(given) <= _TEXT_MAX:
            said = datetime.fromisoformat(given)
            if said.tzinfo is None:
                raise WrongTime("bad_time")
        elif isinstance(given, int) and not isinstance(given, bool):
            return storable.instant(datetime.fromtimestamp(given / 1_000, UTC))
        else:
            raise WrongTime("bad_time")
        return storable.instant(said.astimezone(UTC))
    except (ValueError, OverflowError, OSError):
        raise WrongTime("bad_time") from None
