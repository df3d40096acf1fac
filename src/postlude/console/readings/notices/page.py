"""One notice: its ways by turns and what they brought, its runs, texts, versions, what was done."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import unified_diff
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from postlude.attribution.types import ReactionState
from postlude.console.readings.notices import listing
from postlude.console.readings.notices.listing import Row
from postlude.journeys import api as journeys
from postlude.kernel.errors import N_, AppError
from postlude.kernel.money import Money
from postlude.messages import api as messages
from postlude.messages.types import TemplateRef
from postlude.orgs import api as orgs
from postlude.orgs.types import OrgRef
from postlude.reports import api as reports
from postlude.reports.types.notices import Count, Notices, Tally, Unit

_RUNS = 12
_SAID: Mapping[str, str] = {
    "pause": N_("paused"),
    "resume": N_("put back"),
    "run": N_("a run was begun"),
}
_ANSWERS: Mapping[Count, str] = {
    Count.SENT: "",
    Count.REACTED: ReactionState.REACTED.value,
    Count.NO_REACTION: ReactionState.NONE.value,
    Count.WAITING: ReactionState.WAITING.value,
}
_WHOLE = 100


@dataclass(frozen=True, slots=True)
class WayRow:
    """An action: what goes out, what comes with it, and what came back of all versions."""

    name: str
    template: str
    href: str
    text: str
    gives: str
    coupon: str
    when: str
    otherwise: str
    tally: Tally
    low: float | None
    high: float | None
    numbers: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A selection: whom it means, its ways, how many turns they had in this version."""

    name: str
    who: str
    only: str
    ways: tuple[WayRow, ...]
    turns: int


@dataclass(frozen=True, slots=True)
class Edition:
    """A version; `lines` is how it differs from the one before, nothing of the first."""

    number: int
    created_at: datetime
    who: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """Two rates: their difference in points, and where its interval lies, from -100 to 100."""

    version: int
    what: str
    points: str
    low: str
    high: str
    start: float
    width: float
    sure: bool
    winner: str


@dataclass(frozen=True, slots=True)
class Page:
    row: Row
    parts: tuple[Part, ...]
    total: Tally
    low: float | None
    high: float | None
    cost: str
    compared: tuple[Compared, ...]
    chart: dict[str, Any]
    untold: tuple[tuple[str, int], ...]
    editions: tuple[Edition, ...]
    switched: tuple[tuple[datetime, str, str], ...]
    as_of: datetime

    @property
    def listed(self) -> tuple[Row]:
        return (self.row,)

    @property
    def sent(self) -> int:
        return self.total.count(Count.SENT)

    @property
    def reacted(self) -> int:
        return self.total.count(Count.REACTED)

    @property
    def credited(self) -> int:
        return self.total.count(Count.CREDITED)

    @property
    def waiting(self) -> int:
        return self.total.count(Count.WAITING)

    @property
    def given(self) -> int:
        return self.total.points.get(Unit.GIVEN, 0)

    @property
    def spent(self) -> int:
        return self.total.points.get(Unit.SPENT, 0)

    @property
    def burnt(self) -> int:
        return self.total.points.get(Unit.BURNT, 0)

    @property
    def revenue(self) -> list[tuple[str, str]]:
        """Amounts and their currencies."""
        pairs = (str(Money(minor, name)).split(" ") for name, minor in self.total.revenue.items())
        return [(amount, currency) for amount, currency in pairs]


def page(org: OrgRef, slug: str, *, now: datetime) -> Page:
    """Return all of one notice; raise NotFound."""
    fact = journeys.notice(org.id, slug, now=now)
    runs = tuple(journeys.runs(org.id, slug, limit=_RUNS))
    found = _report(org, slug, now)
    total = found.total if found else Tally()
    low, high = reports.wilson(total.share) or (None, None)
    return Page(
        row=listing.row(org, fact, runs),
        parts=tuple(_parts(org, slug, found)),
        total=total,
        low=low,
        high=high,
        cost="" if total.cost is None else str(Money(total.cost, org.currency)),
        compared=tuple(_compared(found)) if found else (),
        chart=_chart(org, found) if found else {},
        untold=tuple(sorted(found.untold.items())) if found else (),
        editions=tuple(_editions(org, slug)),
        switched=tuple(_switched(org, slug)),
        as_of=now,
    )


def _report(org: OrgRef, slug: str, now: datetime) -> Notices | None:
    """Return what it brought; None of one that never ran."""
    try:
        return reports.notices(org.id, reports.notices_asked(org.id, kind=slug), now=now)
    except LookupError:
        return None


def _parts(org: OrgRef, slug: str, found: Notices | None) -> Iterator[Part]:
    notice, turns = journeys.notice_in_force(org.id, slug), journeys.turns_taken(org.id, slug)
    known = {each.slug: each for each in messages.templates(org.id)}
    tallies = _by_action(found) if found else {}
    for each in notice.selections:
        ways = []
        for way in each.ways:
            tally = tallies.get(way.name, Tally())
            low, high = reports.wilson(tally.share) or (None, None)
            ways.append(
                WayRow(
                    name=way.name,
                    template=way.send.template,
                    href=f"{reverse('console:templates', args=[org.slug])}"
                    f"?{urlencode({'template': way.send.template})}",
                    text=_text(org, known.get(way.send.template)),
                    gives=_gives(way),
                    coupon=way.coupon,
                    when=way.when.text if way.when else "",
                    otherwise=way.otherwise,
                    tally=tally,
                    low=low,
                    high=high,
                    numbers=tuple(_numbers(org, slug, way.name, tally)),
                )
            )
        who = each.who.text if each.who else _("closed orders")
        only = each.only.text if each.only else ""
        yield Part(each.name, who, only, tuple(ways), turns.get(each.name, 0))


def _numbers(org: OrgRef, slug: str, action: str, tally: Tally) -> Iterator[tuple[int, str]]:
    """Yield sent, reacted, no reaction, waiting, each with the messages behind it."""
    page = reverse("console:messages", args=[org.slug])
    for count, word in _ANSWERS.items():
        asked = {"kind": slug, "action": action, **({"reaction": word} if word else {})}
        yield tally.count(count), f"{page}?{urlencode(asked)}"


def _by_action(found: Notices) -> dict[str, Tally]:
    """Add the versions of each action together; medians do not add up, so they are left out."""
    summed: dict[str, Tally] = {}
    for line in found.actions:
        before, it = summed.get(line.group.action, Tally()), line.tally
        counts = {each: before.count(each) + it.count(each) for each in Count}
        revenue = {
            name: before.revenue.get(name, 0) + it.revenue.get(name, 0)
            for name in {*before.revenue, *it.revenue}
        }
        redeemed = before.redeemed + it.redeemed
        summed[line.group.action] = Tally(counts, revenue, redeemed=redeemed)
    return summed


def _text(org: OrgRef, template: TemplateRef | None) -> str:
    """Return the first lines of a text in the organisation's language, with sample values."""
    if template is None:
        return ""
    locale = org.locale if org.locale in template.locales else template.locales[0]
    try:
        shown = messages.preview(org.id, template.id, locale)
    except AppError:
        return ""
    return shown.text.strip() or shown.subject


def _gives(way: journeys.Way) -> str:
    if way.give is None:
        return ""
    told = _("{n} points, “{reason}”").format(n=way.give.amount, reason=way.give.reason)
    if way.give.expires is None:
        return told
    return f"{told}, {_('{n} days').format(n=way.give.expires.days)}"


def _compared(found: Notices) -> Iterator[Compared]:
    """Yield what is compared, on one scale: the widest interval reaches the ends."""
    differences = [
        *(
            (each.version, f"{each.first} – {each.second}", each.difference, each.first)
            for each in found.comparisons
        ),
        *(
            (each.version, _("written to – held out"), each.difference, _("the notice"))
            for each in found.lifts
        ),
    ]
    ends = [abs(end) for _v, _w, it, _b in differences for end in (it.low, it.high)]
    scale = _WHOLE / max(ends, default=1.0) if any(ends) else 1.0
    for version, what, it, better in differences:
        points, low, high = (f"{part * 100:+.2f}" for part in (it.points, it.low, it.high))
        yield Compared(
            version=version,
            what=what,
            points=points,
            low=low,
            high=high,
            start=it.low * scale,
            width=(it.high - it.low) * scale,
            sure=it.is_sure,
            winner=(better if it.points > 0 else _("the others")) if it.is_sure else "",
        )


def _chart(org: OrgRef, found: Notices) -> dict[str, Any]:
    """Return the rate of each action by week, and how many were sent, for the chart."""
    weeks = sorted({line.group.week for line in found.weeks if line.group.week is not None})
    actions = sorted({line.group.action for line in found.weeks if line.group.action})
    starts = [orgs.day_bounds(org.id, each)[0].timestamp() for each in weeks]
    sums: dict[tuple[object, str], tuple[int, int, int]] = {}
    for line in found.weeks:
        key, it = (line.group.week, line.group.action), line.tally
        hits, total, sent = sums.get(key, (0, 0, 0))
        sums[key] = (hits + it.share.hits, total + it.share.total, sent + it.count(Count.SENT))
    lines = []
    for action in actions:
        shares = [sums.get((week, action), (0, 0, 0)) for week in weeks]
        lines.append([100 * hits / total if total else None for hits, total, _ in shares])
    return {"names": actions, "data": [starts, *lines]} if len(weeks) > 1 else {}


def _editions(org: OrgRef, slug: str) -> Iterator[Edition]:
    names = _names(org)
    found = journeys.editions(org.id, slug)
    for number, each in enumerate(found):
        older = found[number + 1].definition if number + 1 < len(found) else None
        lines = tuple(_difference(older, each.definition)) if older is not None else ()
        who = names.get(each.created_by, each.created_by or "–")
        yield Edition(each.number, each.created_at, who, lines)


def _difference(older: Any, newer: Any) -> Iterator[tuple[str, str]]:
    """Yield lines with what each is: del, ins, or nothing of those around them."""
    found = list(unified_diff(_written(older), _written(newer), n=2, lineterm=""))
    for line in found[2:]:
        yield {"-": "del", "+": "ins", "@": "at"}.get(line[:1], ""), line


def _written(definition: Any) -> Sequence[str]:
    return json.dumps(definition, ensure_ascii=False, indent=2, sort_keys=True).splitlines()


def _switched(org: OrgRef, slug: str) -> Iterator[tuple[datetime, str, str]]:
    names = _names(org)
    for each in journeys.switches(org.id, slug):
        yield each.at, _(_SAID[each.what]), names.get(each.actor, each.actor or "–")


def _names(org: OrgRef) -> dict[str, str]:
    return {f"staff:{each.user}": each.username for each in orgs.staff(org.id)}
