"""Good news for the channel: a sale opens, an event is sold out. Each is told once, ever."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from postlude.chatops.commands import events
from postlude.chatops.commands.events import EventSold, SaleState
from postlude.chatops.commands.fitting import plain
from postlude.chatops.configuration import settings_of
from postlude.chatops.models import Alert, AlertDelivery
from postlude.chatops.team import discord_settings
from postlude.chatops.texts import cut
from postlude.chatops.types import News, State
from postlude.kernel import boundaries, ids, store, wakeup
from postlude.orders import api as orders
from postlude.orders.types import HappeningRef
from postlude.orgs import api as orgs
from postlude.orgs.types import OrgRef

# What happened before there was anybody to tell is no news.
_FRESH = timedelta(days=1)


def tell(org: OrgRef, *, now: datetime) -> int:
    """Look at the events of one organisation; return how many texts were put into the queue."""
    if not settings_of(org.id).discord_webhook:
        return 0
    known = set(
        Alert.objects.filter(org_id=org.id, kind__in=list(News)).values_list("kind", "subject")
    )
    conferences = {each.id: each for each in orders.conferences(org.id)}
    alive = [
        each
        for each in orders.happenings(org.id)
        if not events.ended(each, conferences[each.conference], now)
    ]
    told = sum(_write(org, *each, now) for each in _opened(org, alive, known, now))
    told += sum(_write(org, *each, now) for each in _sold_out(org, alive, known, now))
    boundaries.crossing("chatops.news_written")
    return told


Item = tuple[News, int, str, bool]


def _opened(
    org: OrgRef, alive: list[HappeningRef], known: set[tuple[str, str]], now: datetime
) -> list[Item]:
    fresh = {each.id: each for each in alive if (News.SALE_OPENED, str(each.id)) not in known}
    found = []
    for happening in sorted(orders.with_tickets(org.id, list(fresh))):
        since = orders.first_seen(org.id, happening)
        with override(org.locale.lower()):
            text = _("🎟️ On sale: {event}").format(event=plain(fresh[happening].name))
        found.append((News.SALE_OPENED, happening, text, since is None or now - since < _FRESH))
    return found


def _sold_out(
    org: OrgRef, alive: list[HappeningRef], known: set[tuple[str, str]], now: datetime
) -> list[Item]:
    """Counting costs, so only events are counted whose tickets are numbered at all."""
    fresh = [each for each in alive if (News.SOLD_OUT, str(each.id)) not in known]
    numbered = orders.with_totals(org.id, [each.id for each in fresh])
    conferences = {each.id: each.slug for each in orders.conferences(org.id)}
    stock = {each.conference for each in discord_settings(org.id).stock}
    wanted = [
        each for each in fresh if each.id in numbered or conferences[each.conference] in stock
    ]
    return [
        _full(org, each, now)
        for each in (events.sold(org.id, wanted, now=now) if wanted else [])
        if each.state == SaleState.SOLD_OUT
    ]


def _full(org: OrgRef, event: EventSold, now: datetime) -> Item:
    days = orders.first_and_last_day(org.id, event.happening.id)
    yesterday = orgs.local_day(org.id, now - _FRESH)
    with override(org.locale.lower()):
        text = _("🎉 Sold out: {event} ({count} tickets)").format(
            event=plain(event.happening.name), count=sum(each.sold for each in event.types)
        )
    return News.SOLD_OUT, event.happening.id, text, days is not None and days[1] >= yesterday


def _write(  # noqa: PLR0913, PLR0917 - what happened, to which event, whether it is news
    org: OrgRef,
    kind: News,
    happening: int,
    text: str,
    news: bool,  # noqa: FBT001 - part of an item
    now: datetime,
) -> int:
    """Note it and queue its text in one commit, so that it is told once."""
    number = ids.new_id()
    done = State.RECOVERED.value
    row: list[Any] = [number, org.id, kind.value, str(happening), done, {}, now, now, 1]
    columns = ("id", "org", "kind", "subject", "state", "facts", "opened_at", "last_seen_at")
    with store.write():
        fresh = store.insert_ignore(
            Alert, (*columns, "told"), [row], conflict=("org", "kind", "subject")
        )
        if not (fresh and news):
            return 0
        AlertDelivery.objects.create(
            org_id=org.id,
            alert_id=number,
            number=1,
            channel="discord",
            occasion="news",
            text=cut(text),
            due=now,
        )
        wakeup.nudge()
    return 1
