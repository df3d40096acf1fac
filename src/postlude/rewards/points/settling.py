"""Settle holds: capture what was spent after all, release the rest."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from postlude.kernel import store
from postlude.rewards import models
from postlude.rewards.points.checking import check_captures, check_releases, digest
from postlude.rewards.points.desk import Desk, as_entry, open_desk, targets
from postlude.rewards.points.purse import Purse, Wish
from postlude.rewards.types.points import Capture, Entry, Kind, Posted, Release

_SETTLED = (Kind.CAPTURE.value, Kind.RELEASE.value)


def capture_many(org: int, captures: Sequence[Capture], *, now: datetime) -> list[Posted]:
    """Spend what each hold has, or a part of it, and return the rest to its lots.

    A hold that is settled already, or ran out, is not settled again: `entry` is what settled it
    and `short` what was not captured. Raises UnknownEntry for a hold that is not there (yet).
    """
    check_captures(captures)
    wanted = {each.key: each for each in captures}

    def capture(purse: Purse, wish: Wish, hold: Entry) -> tuple[Entry | None, int]:
        amount = wanted[wish.key].amount or hold.amount
        if amount > hold.amount:
            return None, amount - hold.amount
        return purse.capture(wish, hold.id, amount), 0

    return _settle(org, captures, capture, now)


def release_many(
    org: int, releases: Sequence[Release], *, now: datetime, grace: timedelta | None = None
) -> list[Posted]:
    """Return what each hold has to the same lots; what was given for a debt pays it first.

    A lot that is over by then takes its units with it; with `grace` they are given again, for so
    long. A hold that is settled already is left alone: `entry` is what settled it.
    """
    check_releases(releases)
    reasons: dict[int, str] = {}

    def release(purse: Purse, wish: Wish, hold: Entry) -> tuple[Entry | None, int]:
        lots = list(purse.holds[hold.id].parts)
        entry = purse.release(wish, hold.id)
        if grace:
            reasons.update(_reasons(org, lots))
            purse.give_grace(entry, lots, reasons, grace)
        return entry, 0

    return _settle(org, releases, release, now)


def _settle(
    org: int,
    asked: Sequence[Capture | Release],
    act: Callable[[Purse, Wish, Entry], tuple[Entry | None, int]],
    now: datetime,
) -> list[Posted]:
    if not asked:
        return []
    holds = targets(org, [each.hold for each in asked], {Kind.HOLD}, "hold")
    with store.write():
        names = {(hold.contact, hold.currency) for hold in holds.values()}
        desk = open_desk(org, names, [each.key for each in asked], now, lots=True)
        ended = _ended(org, desk, holds.values())
        outcomes = [_settle_one(desk, each, holds[each.hold], act, ended, now) for each in asked]
        desk.close()
    return outcomes


def _settle_one(  # noqa: PLR0913, PLR0917 - one of a batch, with what is known of the batch
    desk: Desk,
    asked: Capture | Release,
    hold: Entry,
    act: Callable[[Purse, Wish, Entry], tuple[Entry | None, int]],
    ended: dict[int, Entry],
    now: datetime,
) -> Posted:
    stamp = digest(type(asked).__name__, asked)
    before = desk.before(asked.key, stamp)
    if before is not None:
        return before
    if hold.id in ended:
        missed = (asked.amount or hold.amount) if isinstance(asked, Capture) else 0
        return Posted(asked.key, ended[hold.id], short=missed)
    purse = desk.purse(hold.contact, hold.currency)
    entry, short = act(purse, Wish(asked.key, hold.reason, now, stamp), hold)
    if entry is None:
        return Posted(asked.key, None, short=short)
    ended[hold.id] = entry
    return desk.posted(asked.key, stamp, entry)


def _ended(org: int, desk: Desk, holds: Collection[Entry]) -> dict[int, Entry]:
    """Return what settled those of these holds that are settled, or ran out just now."""
    wanted = [hold.id for hold in holds]
    rows = models.Entry.objects.filter(org=org, of__in=wanted, kind__in=_SETTLED)
    found = {row.of: as_entry(row) for row in rows if row.of is not None}
    for opened in desk.opened.values():
        for line in opened.purse.lines:
            if line.entry.kind == Kind.RELEASE and line.entry.of is not None:
                found[line.entry.of] = line.entry
    return found


def _reasons(org: int, lots: Sequence[int]) -> dict[int, str]:
    rows = models.Lot.objects.filter(org=org, id__in=lots)
    return dict(rows.values_list("id", "reason"))
