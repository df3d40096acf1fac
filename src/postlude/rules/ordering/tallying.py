"""How often each rule was offered by previews: counted in the process, written once a second.

A preview is asked for with every change of a basket and must not write. So the counts gather here,
and what a killed process had not written is lost: the number is a lower bound, and near the truth.
"""

import atexit
import logging
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.db import DatabaseError, connection

from postlude.kernel import ids, store
from postlude.orgs import api as orgs
from postlude.rules.models import PreviewTally

log = logging.getLogger(__name__)
SECONDS = 1.0
_ADD = 'UPDATE rules_preview SET times = times + %s WHERE org_id = %s AND rule = %s AND "day" = %s'
_QUARTER = 15  # minutes; every zone's midnight lies on a quarter of an hour
Key = tuple[int, str, datetime]  # organisation, rule, quarter of an hour


class Tally:
    """Counts that wait to be written. `regularly` says that this process writes them by itself."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._counts: Counter[Key] = Counter()
        self._regularly = False
        self._timer: threading.Timer | None = None

    def count(self, org: int, rules: Iterable[str], now: datetime) -> None:
        """Note that a preview offered these rules; touches no database."""
        quarter = now.replace(minute=now.minute // _QUARTER * _QUARTER, second=0, microsecond=0)
        with self._mutex:
            self._counts.update((org, rule, quarter) for rule in set(rules))
            if self._regularly and self._timer is None and self._counts:
                self._timer = threading.Timer(SECONDS, self._on_time)
                self._timer.daemon = True
                self._timer.start()

    def flush(self) -> int:
        """Write what has gathered, in one commit; return how many counts that was.

        What cannot be written stays and waits for the next time.
        """
        with self._mutex:
            counts, self._counts = self._counts, Counter()
        if not counts:
            return 0
        try:
            _write(counts)
        except BaseException:
            with self._mutex:
                self._counts.update(counts)
            raise
        return len(counts)

    def keep(self) -> None:
        """From now on write by ourselves: a second after the first count, and when we end."""
        if not self._regularly:
            self._regularly = True
            atexit.register(self._at_exit)

    def _on_time(self) -> None:
        with self._mutex:
            self._timer = None
        try:
            self.flush()
        except DatabaseError as error:
            log.warning("previews are not counted for now", extra={"kind": type(error).__name__})
        finally:
            connection.close()

    def _at_exit(self) -> None:
        try:
            self.flush()
        except DatabaseError as error:
            log.warning("the last previews are not counted", extra={"kind": type(error).__name__})


def _write(counts: Mapping[Key, int]) -> None:
    with store.write():
        days = _by_day(counts)
        rows = [(ids.new_id(), org, rule, day, 0) for org, rule, day in days]
        store.insert_ignore(
            PreviewTally,
            ("id", "org", "rule", "day", "times"),
            rows,
            conflict=("org", "rule", "day"),
        )
        store.execute_many(_ADD, [(n, org, rule, day) for (org, rule, day), n in days.items()])


def _by_day(counts: Mapping[Key, int]) -> dict[tuple[int, str, date], int]:
    """Return the counts by local day, in an order that all writers share."""
    days: Counter[tuple[int, str, date]] = Counter()
    for (org, rule, quarter), times in counts.items():
        try:
            day = orgs.local_day(org, quarter)
        except LookupError:  # whose organisation is gone is nobody's
            continue
        days[org, rule, day] += times
    return dict(sorted(days.items()))


tally = Tally()
count, flush, keep = tally.count, tally.flush, tally.keep
