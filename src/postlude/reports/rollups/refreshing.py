"""Counting cells again, from facts alone: after news, and when everything is rebuilt.

Facts are read outside the transaction, which is short that way. Whoever finds that a cell was
counted by somebody else meanwhile has perhaps read older facts, and counts again.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime

from postlude.kernel import boundaries, clock, ids, store
from postlude.messages import api as messages
from postlude.orgs import api as orgs
from postlude.reports.models import Cell, Count, People, Sent
from postlude.reports.queries import ask
from postlude.reports.rollups import folding
from postlude.reports.rollups.clicking import by_whom
from postlude.reports.rollups.folding import Blobs, CountKey, Figures, PeopleKey
from postlude.reports.rollups.numbering import numbers_of
from postlude.reports.rollups.types import KINDS
from postlude.tracking import api as tracking
from postlude.tracking.types import TouchKind

_CELL = ("id", "org_id", "node", "day", "version", "at")
_COUNT = (
    *("id", "org_id", "node", "day", "channel", "journey", "template", "testing", "what"),
    *("n", "reported", "segments", "cost", "priced", "priced_segments"),
)
_SENT = ("id", "org_id", "node", "day", "channel", "cycles")
_PEOPLE = ("id", "org_id", "node", "day", "channel", "template", "cycle", *KINDS)


@dataclass(frozen=True, slots=True)
class Look:
    """What facts said, and which versions the cells had before they were asked.

    `kept`: the first day that was not final then.
    """

    before: dict[date, int]
    kept: date
    counted: "Counted"


@dataclass(frozen=True, slots=True)
class Counted:
    """What facts say about a node on some days."""

    counts: dict[CountKey, Figures]
    sent: dict[tuple[date, str], bytes]
    people: dict[PeopleKey, Blobs]

    def days(self) -> set[date]:
        return {
            *(each.day for each in self.counts),
            *(day for day, _ in self.sent),
            *(each.day for each in self.people),
        }


def refresh(  # noqa: PLR0913 - which days of which node, and what comes along
    org: int,
    node: str,
    since: date,
    until: date,
    *,
    also: Callable[[], object] | None = None,
    seen: Look | None = None,
) -> int:
    """Count what a node did on these days again, both included; return how many days that is.

    Who was seen on days that are final stays as it is. `also` is done in the same commit. `seen` is
    what a look of before found; where that is no more how it is, facts are asked again.
    """
    while True:
        now = seen or look(org, node, since, until)
        days = {*now.before, *now.counted.days()}
        with store.write():
            # Facts go only after their days became final: so none was missing when they were read.
            whole = kept_from(org) == now.kept
            if whole and _take(org, node, now.before, now.counted.days(), clock.now()):
                _replace(org, node, days, now.counted, now.kept)
                if also is not None:
                    also()
                break
        seen = None
    boundaries.crossing("reports.refreshed")
    return len(days)


def look(org: int, node: str, since: date, until: date) -> Look:
    """Ask facts what a node did on these days, both included."""
    before, kept = _versions(org, node, since, until), kept_from(org)
    return Look(before, kept, count(org, node, since, until))


def count(org: int, node: str, since: date, until: date) -> Counted:
    """Return what facts say now, without writing it; whoever has no number yet gets one.

    Of days that are final, touches are not looked at.
    """
    given = {"org": org, "node": node, "since": since, "until": until}
    ended = ask("count_messages", given)
    given["since"] = max(since, kept_from(org))
    counts, sent = folding.count(ended, reporting(org)), folding.sent(ended)
    signs = {
        "opens": int(tracking.against(TouchKind.OPEN)),
        "clicks": int(tracking.against(TouchKind.CLICK)),
    }
    question = "list_touched" if since == until else "list_touched_long"
    touched = by_whom(org, ask(question, {**given, **signs}))
    contacts = numbers_of(org, {row[4] for row in touched} - {None}, visitors=False)
    browsers = {row[5] for row in touched if row[4] is None}
    visitors = numbers_of(org, browsers, visitors=True)
    return Counted(counts, sent, folding.people(touched, contacts, visitors))


def kept_from(org: int) -> date:
    """Return the first day of which all touches are kept; who was seen before is final."""
    return orgs.horizon(org) or date.min


def reporting(org: int) -> set[int]:
    """Return the senders whose vendors tell whether a message arrived."""
    return {
        sender
        for sender, vendor in ask("list_senders", {"org": org})
        if messages.traits_of(vendor).tells_receipts
    }


def _versions(org: int, node: str, since: date, until: date) -> dict[date, int]:
    rows = Cell.objects.filter(org=org, node=node, day__range=(since, until))
    return dict(rows.values_list("day", "version"))


def _take(
    org: int, node: str, before: dict[date, int], days: Collection[date], now: datetime
) -> bool:
    """Lock the cells, and say whether they are as they were when their facts were read."""
    new = sorted(set(days) - set(before))
    rows = [
        (made, org, node, day, 0, now) for made, day in zip(ids.new_ids(len(new)), new, strict=True)
    ]
    if rows:
        made = store.insert_ignore(Cell, _CELL, rows, conflict=("org", "node", "day"))
        if len(made) < len(rows):
            return False
    known = Cell.objects.select_for_update().filter(org=org, node=node, day__in=sorted(before))
    locked = {each.day: each for each in known.order_by("id")}
    if {day: each.version for day, each in locked.items()} != before:
        return False
    for chunk in store.chunks(sorted(each.id for each in locked.values()), 500):
        store.execute(
            "UPDATE reports_cell SET version = version + 1, at = %s "  # noqa: S608 - our own SQL
            f"WHERE id {store.among()}",
            [now, store.many(chunk)],
        )
    return True


def _replace(org: int, node: str, days: Collection[date], counted: Counted, kept: date) -> None:
    Count.objects.filter(org=org, node=node, day__in=sorted(days)).delete()
    Sent.objects.filter(org=org, node=node, day__in=sorted(days)).delete()
    seen = sorted(each for each in days if each >= kept)
    People.objects.filter(org=org, node=node, day__in=seen).delete()
    _insert_counts(org, node, counted.counts)
    sent = [(org, node, *key, raw) for key, raw in counted.sent.items()]
    people = [(org, node, *key, *blobs) for key, blobs in counted.people.items()]
    for model, columns, rows in ((Sent, _SENT, sent), (People, _PEOPLE, people)):
        numbered = [(new, *row) for new, row in zip(ids.new_ids(len(rows)), rows, strict=True)]
        store.insert_many(model, columns, numbered)


def _insert_counts(org: int, node: str, counts: dict[CountKey, Figures]) -> None:
    rows = [
        (new, org, node, *key, *figures)
        for new, (key, figures) in zip(ids.new_ids(len(counts)), counts.items(), strict=True)
    ]
    store.insert_many(Count, _COUNT, rows)
