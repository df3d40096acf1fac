"""The page of all promotions: how each rule stands, what is scarce, and the report."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from postlude.console.readings.days import Asked
from postlude.console.readings.promotions import bars, wording
from postlude.console.readings.promotions.bars import Meter, Part
from postlude.console.readings.promotions.wording import Piece
from postlude.console.types import Tone
from postlude.orgs.types import OrgRef
from postlude.reports.types.promotions import Number, Promotions, Purse, Refusal, RuleLine
from postlude.rewards import api as rewards
from postlude.rules import api as rules
from postlude.rules.types import Clause, Sheet, Standing

COLUMNS = (
    Number.PREVIEWED,
    Number.RESERVED,
    Number.HELD,
    Number.CONFIRMED,
    Number.CANCELLED,
    Number.EXPIRED,
    Number.REVERSED,
    Number.REPEATED,
    Number.REFUSED,
    Number.COUPONS_GIVEN,
    Number.COUPONS_REDEEMED,
)
_FATES = (Number.SPENT, Number.BURNT, Number.TAKEN_BACK, Number.LIVE)
_STEPS = (Number.PREVIEWED, Number.RESERVED, Number.CONFIRMED)


@dataclass(frozen=True, slots=True)
class RuleCard:
    """A rule as it stands. `when` and `gives` are its names in words."""

    key: str
    title: str
    business: str
    href: str
    standing: str
    tone: Tone
    template: tuple[Piece, ...]
    when: tuple[Clause, ...]
    gives: tuple[Clause, ...]
    meters: tuple[Meter, ...]
    steps: tuple[Part, ...]
    starts: datetime | None
    ends: datetime | None
    group: str
    switch: str  # "pause", "resume" or ""


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    href: str = ""
    zero: bool = False


@dataclass(frozen=True, slots=True)
class Money:
    currency: str
    paid: Cell
    bonus: str
    share: float | None


@dataclass(frozen=True, slots=True)
class Line:
    """A rule in the table of the report."""

    title: str
    href: str
    retired: bool
    cells: tuple[Cell, ...]
    money: tuple[Money, ...]
    worst: str


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one currency that a rule gave."""

    title: str
    href: str
    currency: str
    given: Cell
    parts: tuple[Part, ...]
    owed: Cell


@dataclass(frozen=True, slots=True)
class Figure:
    """A number at the top of the page."""

    label: str
    value: str
    note: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class PromotionsPage:
    cards: tuple[RuleCard, ...]
    stocks: tuple[Meter, ...]
    figures: tuple[Figure, ...]
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    fates: tuple[Fate, ...]
    zone: str


class Links:
    """Makes the links that open a number, under the page's days."""

    def __init__(self, org: OrgRef, asked: Asked) -> None:
        self._org, self._asked = org, asked
        self._rows = reverse("console:promotion-rows", args=[org.slug])

    def rule(self, key: str) -> str:
        query = self._asked.query()
        page = reverse("console:promotion", args=[self._org.slug, key])
        return f"{page}?{query}" if query else page

    def rows(self, rule: str, number: Number, **more: Any) -> str:
        return f"{self._rows}?{self._asked.query(rule=rule, number=number.value, **more)}"

    def refusal(self, rule: str, each: Refusal) -> str:
        said = {"why": each.why, "leaf": each.leaf, "detail": each.detail}
        return self.rows(rule, Number.REFUSED, **said)

    def cell(self, rule: str, number: Number, units: int, currency: str = "") -> Cell:
        text = wording.amount(units, currency)
        if not units:
            return Cell("0", zero=True)
        return Cell(text, self.rows(rule, number, currency=currency))


def page(org: OrgRef, asked: Asked, found: Promotions, *, now: datetime) -> PromotionsPage:
    """Return everything that the page shows."""
    link = Links(org, asked)
    meters = bars.meters(rewards.stocks(org.id, now))
    sheets = rules.sheets(org.id, now=now)
    lines = {each.rule: each for each in found.rules}
    retired = {each.key for each in sheets if each.standing is Standing.RETIRED}
    busiest = sorted(found.rules, key=lambda each: (each.rule in retired, -_busy(each)))
    return PromotionsPage(
        cards=tuple(
            card(each, lines[each.key], meters, link)
            for each in sorted(sheets, key=lambda each: -_busy(lines.get(each.key)))
            if each.key not in retired and each.key in lines
        ),
        stocks=tuple(meters.values()),
        figures=_figures(found),
        columns=tuple(_(wording.LABELS[each]) for each in COLUMNS),
        lines=tuple(_line(each, link, retired=each.rule in retired) for each in busiest),
        fates=tuple(fate for each in busiest for fate in fates(each, link)),
        zone=found.zone,
    )


def _busy(line: RuleLine | None) -> int:
    return line.count(Number.RESERVED) if line else 0


def card(sheet: Sheet, line: RuleLine, meters: Mapping[str, Meter], link: Links) -> RuleCard:
    """Return a rule as a card: its template in words, its scarce things, its numbers in short."""
    text, tone = wording.standing(sheet.standing)
    clauses = (*sheet.conditions, *sheet.gives)
    needed = dict.fromkeys(each.resource for each in clauses if each.resource)
    switches = {Standing.PAUSED: "resume", Standing.RETIRED: "", Standing.BROKEN: ""}
    return RuleCard(
        key=sheet.key,
        title=sheet.title,
        business=f"{sheet.business} · {sheet.carrier}" if sheet.carrier else sheet.business,
        href=link.rule(sheet.key),
        standing=text,
        tone=tone,
        template=wording.template(sheet.template, {each.alias: each.words for each in clauses}),
        when=sheet.conditions,
        gives=sheet.gives,
        meters=tuple(meters[each] for each in needed if each in meters),
        steps=_steps(line, link),
        starts=sheet.starts,
        ends=sheet.ends,
        group=sheet.group,
        switch=switches.get(sheet.standing, "pause"),
    )


def _steps(line: RuleLine, link: Links) -> tuple[Part, ...]:
    """Return previewed, reserved and confirmed, each as a length of the greatest."""
    most = max((line.count(each) for each in _STEPS), default=0)
    return tuple(
        Part(
            each.value,
            _(wording.LABELS[each]),
            wording.amount(line.count(each), ""),
            0.0,
            round(100 * line.count(each) / most, 3) if most else 0.0,
            link.rows(line.rule, each) if line.count(each) else "",
        )
        for each in _STEPS
    )


def _line(line: RuleLine, link: Links, *, retired: bool) -> Line:
    first = next(iter(line.refusals), None)
    worst = ""
    if first is not None:
        named = wording.leaf(first) or first.words
        worst = f"{named}: {wording.why(first)}"
    return Line(
        title=line.title,
        href=link.rule(line.rule),
        retired=retired,
        cells=tuple(link.cell(line.rule, each, line.count(each)) for each in COLUMNS),
        money=turnover(line, link),
        worst=worst,
    )


def turnover(line: RuleLine, link: Links) -> tuple[Money, ...]:
    """Return what was paid in for a rule, by currency."""
    return tuple(
        Money(
            each.currency,
            link.cell(line.rule, Number.PAID_IN, each.paid_in, each.currency),
            wording.amount(each.bonus, each.currency),
            each.share,
        )
        for each in line.turnover
    )


def fates(line: RuleLine, link: Links) -> tuple[Fate, ...]:
    """Return a bar for each currency that a rule gave: spent, burnt, taken back, live."""
    return tuple(_fate(line, purse, link) for purse in line.purses)


def _fate(line: RuleLine, purse: Purse, link: Links) -> Fate:
    found = []
    for each in _FATES:
        units: int = getattr(purse, each)
        cell = link.cell(line.rule, each, units, purse.currency)
        found.append((each.value, _(wording.LABELS[each]), units, cell.text, cell.href))
    return Fate(
        title=line.title,
        href=link.rule(line.rule),
        currency=wording.currency(purse.currency),
        given=link.cell(line.rule, Number.GIVEN, purse.given, purse.currency),
        parts=bars.parts(found, purse.given),
        owed=link.cell(line.rule, Number.OWED, purse.owed, purse.currency),
    )


def _figures(found: Promotions) -> tuple[Figure, ...]:
    """Return what all rules together gave and still owe; orders of two rules are not added up."""
    given: dict[str, int] = {}
    live: dict[str, int] = {}
    for purse in (purse for line in found.rules for purse in line.purses):
        given[purse.currency] = given.get(purse.currency, 0) + purse.given
        live[purse.currency] = live.get(purse.currency, 0) + purse.live
    figures = []
    for currency in sorted(given):
        name = wording.currency(currency)
        said = wording.amount(given[currency], currency)
        figures.append(Figure(_("Given"), said, name))
        said = wording.amount(live[currency], currency)
        figures.append(Figure(_("Still owed to buyers"), said, name, Tone.WARN))
    coupons = sum(line.count(Number.COUPONS_GIVEN) for line in found.rules)
    if coupons:
        used = sum(line.count(Number.COUPONS_REDEEMED) for line in found.rules)
        note = _("{n} of them used").format(n=wording.amount(used, ""))
        figures.append(Figure(_("Coupons given"), wording.amount(coupons, ""), note))
    return tuple(figures)
