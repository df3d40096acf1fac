"""The poller: the back-stop under the webhook. What it has written it need not fetch again."""

from datetime import datetime

from postlude.kernel.jobs import Budget
from postlude.orders import api as orders
from postlude.orders.types import SaleWarning
from postlude.sources.errors import SourceBusy, SourceError, TokenRefused
from postlude.sources.kktix import cursor, readings, rounds
from postlude.sources.kktix.client import Organiser
from postlude.sources.kktix.rounds import Tally
from postlude.sources.kktix.settings import KktixSettings


def poll(org: int, source: int, settings: KktixSettings, *, now: datetime, budget: Budget) -> Tally:
    """Look at every event that has not ended; raises SourceError when the list itself fails.

    Trouble with one event or one attendee is kept in `failed` and does not stop the others, unless
    KKTIX tells us to stop asking.
    """
    client = Organiser(settings)
    tally = Tally()
    listed = client.events()
    wanted = [each for each in listed if settings.wants(str(each["name"]))]
    _judge(org, source, len(listed), len(wanted), tally, now=now)
    for each in wanted:
        if budget.spent():
            tally.finished = False
            break
        tally.events += 1
        turn = rounds.Round(
            place=cursor.Place(org, source, each["id"]),
            settings=settings,
            client=client,
            event=readings.event(each),
            now=now,
            tally=tally,
            spent=budget.spent,
        )
        try:
            rounds.go(turn)
        except SourceError as error:
            if error not in tally.failed:
                tally.failed.append(error)
            if isinstance(error, (SourceBusy, TokenRefused)):
                break
    return tally


def _judge(  # noqa: PLR0913 - what was found, and where
    org: int, source: int, listed: int, wanted: int, tally: Tally, *, now: datetime
) -> None:
    """Warn when there is nothing to poll: a wrong pattern, a wrong token, or the end of a sale."""
    subject = f"source:{source}"
    if wanted:
        orders.close(org, "no_events", subject, now=now)
        return
    known = cursor.known_count(org, source)
    words = (
        f"KKTIX lists {listed} events that have not ended, and none fits `events`"
        if listed
        else "KKTIX lists no event that has not ended"
    )
    warning = SaleWarning(
        "no_events",
        subject,
        f"{words}; {known} attendees are known.",
        "Is the event over? Else look at the source's `events` and at whose token it is.",
    )
    tally.warn(org, warning, now)
