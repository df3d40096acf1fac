"""The moment at which a popup is shown: judged once more, counted and kept, in one commit."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from postlude.kernel import boundaries, ids, store
from postlude.orgs import api as orgs
from postlude.popups import drawing, people_seen, publishing
from postlude.popups.judging import is_for
from postlude.popups.models import Exposure, Seen
from postlude.popups.types import Fate, Published, Shown, Who, Wish

_COLUMNS = ("id", "org", "uid", "day", "popup", "version", "fate", "visitor", "contact", "at")
_KEPT = (Fate.SHOWN, Fate.HELD_OUT)
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class _Day:
    """What all wishes of one commit are judged by."""

    org: int
    now: datetime
    date: date
    a_day: int | None
    key: str
    popups: Mapping[int, Published]
    people: Mapping[int, Who]


def show_many(org: int, wishes: Sequence[Wish], *, now: datetime) -> list[Shown]:
    """Say of each wish what it came to, in order, and keep what was shown and what was held out.

    Joins the caller's transaction: whoever answers a browser does so after the commit. A wish that
    is repeated gets the answer that it got, and counts once. However many tabs wish at the same
    moment, a visitor is never shown more than the limit of the organisation-local day.
    """
    if not wishes:
        return []
    answers: dict[int, Shown] = {}
    with store.write():
        day = _day(org, wishes, now)
        _prepare(day, wishes)
        known = _known(org, [each.uid for each in wishes])
        # In one order, so that two groups never wait for each other.
        order = sorted(range(len(wishes)), key=lambda place: (wishes[place].visitor, place))
        for place in order:
            wish = wishes[place]
            if wish.uid not in known:
                answers[place] = _show(day, wish)
                if answers[place].exposure is not None:
                    known[wish.uid] = (wish.visitor, answers[place])
                    continue
            answers[place] = answers.get(place) or _again(known[wish.uid], wish)
    boundaries.crossing("popups.shown")
    return [answers[place] for place in range(len(wishes))]


def _day(org: int, wishes: Sequence[Wish], now: datetime) -> _Day:
    popups = {each.id: each for each in publishing.newest(org, {each.popup for each in wishes})}
    contacts = {each.contact for each in wishes if each.contact is not None}
    return _Day(
        org,
        now,
        orgs.local_day(org, now),
        publishing.limit(org),
        publishing.draw_key(org) if popups else "",
        popups,
        people_seen.who_are(org, contacts),
    )


def _prepare(day: _Day, wishes: Sequence[Wish]) -> None:
    """Have a counter for each visitor, made in the order in which they are locked."""
    visitors = sorted({each.visitor for each in wishes})
    rows = [
        (number, day.org, visitor, day.date, 0)
        for number, visitor in zip(ids.new_ids(len(visitors)), visitors, strict=True)
    ]
    columns = ("id", "org", "visitor", "day", "shown")
    store.insert_ignore(Seen, columns, rows, conflict=("org", "visitor", "day"))


def _known(org: int, uids: Collection[str]) -> dict[str, tuple[int, Shown]]:
    found: dict[str, tuple[int, Shown]] = {}
    for part in store.chunks(sorted(set(uids)), _CHUNK):
        for row in Exposure.objects.filter(org=org, uid__in=part):
            found[row.uid] = (row.visitor, Shown(Fate(row.fate), row.id))
    return found


def _again(known: tuple[int, Shown], wish: Wish) -> Shown:
    """Answer a repeat as it was answered; an id that is another visitor's is nobody's to use."""
    visitor, answer = known
    return answer if visitor == wish.visitor else Shown(Fate.UNKNOWN)


def _show(day: _Day, wish: Wish) -> Shown:
    fate = _judged(day, wish)
    if fate in _KEPT and not _counted(day, wish, fate):
        fate = Fate.LIMIT
    if fate not in _KEPT:
        return Shown(fate)
    number = ids.new_id()
    row = (
        *(number, day.org, wish.uid, day.date, wish.popup, wish.version, fate.value),
        *(wish.visitor, wish.contact, day.now),
    )
    if store.insert_ignore(Exposure, _COLUMNS, [row], conflict=("org", "uid")):
        return Shown(fate, number)
    _take_back(day, wish, fate)
    return _again(_known(day.org, [wish.uid])[wish.uid], wish)


def _judged(day: _Day, wish: Wish) -> Fate:
    published = day.popups.get(wish.popup)
    if published is None:
        return Fate.UNKNOWN
    popup = published.popup
    if not popup.runs(day.now):
        return Fate.ENDED
    who = Who() if wish.contact is None else day.people[wish.contact]
    if not is_for(popup.target, who):
        return Fate.NOT_FOR_THEM
    seen = drawing.sees(day.key, popup.slug, popup.draw, wish.cid, share=popup.share)
    return Fate.SHOWN if seen else Fate.HELD_OUT


def _counted(day: _Day, wish: Wish, fate: Fate) -> bool:
    """Count a show, unless the limit is reached; who is held out is one of those it would reach."""
    where = "WHERE org_id = %s AND visitor = %s AND day = %s"
    given: list[object] = [day.org, wish.visitor, day.date]
    if day.a_day is not None:
        where, given = f"{where} AND shown < %s", [*given, day.a_day]
    more = 1 if fate is Fate.SHOWN else 0
    return bool(store.execute(f"UPDATE popups_seen SET shown = shown + {more} {where}", given))  # noqa: S608 - our own words; values are bound


def _take_back(day: _Day, wish: Wish, fate: Fate) -> None:
    """Take a count back: another process has kept the same wish at the same moment."""
    if fate is Fate.SHOWN:
        store.execute(
            "UPDATE popups_seen SET shown = shown - 1 "
            "WHERE org_id = %s AND visitor = %s AND day = %s",
            [day.org, wish.visitor, day.date],
        )
