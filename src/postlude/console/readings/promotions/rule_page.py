"""One rule: its numbers, its versions, what kept it out, and what it says of an invented sale."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from postlude.console.readings.days import Asked
from postlude.console.readings.promotions import bars, listing, wording
from postlude.console.readings.promotions.listing import Cell, Fate, Links, RuleCard
from postlude.console.types import Tone
from postlude.orgs import api as orgs
from postlude.orgs.types import OrgRef
from postlude.reports.types.promotions import Promotions, Refusal, RuleLine
from postlude.rewards import api as rewards
from postlude.rules import api as rules
from postlude.rules.types import Edition, Sheet, Switched


@dataclass(frozen=True, slots=True)
class RefusalBar:
    leaf: str
    words: str
    why: str
    count: int
    width: float
    href: str


@dataclass(frozen=True, slots=True)
class SwitchRow:
    paused: bool
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RulePage:
    card: RuleCard
    sheet: Sheet
    numbers: tuple[tuple[str, Cell], ...]
    money: tuple[listing.Money, ...]
    fates: tuple[Fate, ...]
    refusals: tuple[RefusalBar, ...]
    editions: tuple[Edition, ...]
    switches: tuple[SwitchRow, ...]
    zone: str


def page(org: OrgRef, key: str, asked: Asked, found: Promotions, *, now: datetime) -> RulePage:
    """Return everything that a rule's page shows. Raises UnknownRule."""
    sheet = rules.sheet(org.id, key, now=now)
    line = next(each for each in found.rules if each.rule == key)
    link = Links(org, asked)
    meters = bars.meters(rewards.stocks(org.id, now))
    return RulePage(
        card=listing.card(sheet, line, meters, link),
        sheet=sheet,
        numbers=tuple(
            (_(wording.LABELS[each]), link.cell(key, each, line.count(each)))
            for each in listing.COLUMNS
        ),
        money=listing.turnover(line, link),
        fates=listing.fates(line, link),
        refusals=_refusals(line, link),
        editions=rules.editions(org.id, key),
        switches=_switches(org, rules.switches(org.id, key)),
        zone=found.zone,
    )


def _refusals(line: RuleLine, link: Links) -> tuple[RefusalBar, ...]:
    most = max((each.count for each in line.refusals), default=0)
    return tuple(
        RefusalBar(
            leaf=wording.leaf(each),
            words=_words(each),
            why=wording.why(each),
            count=each.count,
            width=round(100 * each.count / most, 3),
            href=link.refusal(line.rule, each),
        )
        for each in line.refusals
    )


def _words(each: Refusal) -> str:
    return "" if each.words == each.detail else each.words


def _switches(org: OrgRef, found: tuple[Switched, ...]) -> tuple[SwitchRow, ...]:
    names = {f"staff:{each.user}": each.username for each in orgs.staff(org.id)}
    return tuple(
        SwitchRow(each.paused, names.get(each.actor, each.actor or "–"), each.at) for each in found
    )


@dataclass(frozen=True, slots=True)
class Twig:
    """A line of the tree: `mark` is ✓, ✗ or ?, `seen` what the facts were."""

    depth: int
    mark: str
    tone: Tone
    text: str
    words: str = ""
    seen: tuple[tuple[str, str], ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    text: str
    tone: Tone
    tree: tuple[Twig, ...]
    gives: tuple[str, ...]
    nearest: tuple[str, ...] | None


def verdict(tried: rules.Tried) -> Verdict:
    """Return what a rule says of a sale as a tree, and what would change it."""
    said = {
        True: (_("It would come into force"), Tone.GOOD),
        False: (_("It would not come into force"), Tone.BAD),
        None: (_("Something it needs is not known"), Tone.WARN),
    }
    lacking = tried.verdict is True and tried.branch is not rules.Branch.THEN
    text, tone = said[False if lacking else tried.verdict]
    nearest = None if tried.verdict is True else tried.nearest
    tree = [*_branches(tried.trace, 0), *(_stock(*each) for each in tried.stocks)]
    return Verdict(text, tone, tuple(tree), tried.gives, nearest)


def _stock(alias: str, words: str, detail: str) -> Twig:
    """Return what an action takes: without it nothing of the rule follows."""
    mark, tone = _MARKS[not detail]
    return Twig(0, mark, tone, alias, words, note=_refused(alias, detail))


def _refused(alias: str, detail: str) -> str:
    return wording.why(Refusal("claim", alias, detail, "", 0)) if detail else ""


_MARKS: Mapping[bool | None, tuple[str, Tone]] = {
    True: ("✓", Tone.GOOD),
    False: ("✗", Tone.BAD),
    None: ("?", Tone.WARN),
}


def _branches(trace: rules.Trace, depth: int) -> list[Twig]:
    mark, tone = _MARKS[trace.verdict]
    if isinstance(trace, rules.LeafTrace):
        return [_leaf(trace, depth, mark, tone)]
    if trace.join is rules.Join.RULE and not depth:  # the rule itself: its title stands above
        return [line for part in trace.parts for line in _branches(part, depth)]
    text = trace.name if trace.join is rules.Join.RULE else _joined(trace)
    below = [line for part in trace.parts for line in _branches(part, depth + 1)]
    return [Twig(depth, mark, tone, text), *below]


def _joined(group: rules.Group) -> str:
    words: dict[rules.Join, Any] = {
        rules.Join.AND: _("all of these"),
        rules.Join.OR: _("one of these"),
        rules.Join.NOT: _("not this"),
    }
    return str(words[group.join])


def _leaf(trace: rules.LeafTrace, depth: int, mark: str, tone: Tone) -> Twig:
    detail = trace.code.partition("refused:")[2]
    seen = tuple((each.title, each.text) for each in trace.actual)
    return Twig(depth, mark, tone, trace.alias, trace.expected, seen, _refused(trace.alias, detail))
