"""What a notice of a file would mean for people, beside the version in force: before it applies."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from postlude.journeys import api as journeys
from postlude.messages import api as messages
from postlude.messages.types import LocaleText
from postlude.orgs import api as orgs
from postlude.orgs.types import Fees
from postlude.playbooks import billing, checking, limits, noticing, rooms, shape
from postlude.playbooks.billing import Bill, Prices
from postlude.playbooks.checking import Checked

Tell = Callable[[float], object]


@dataclass(frozen=True, slots=True)
class Foreseen:
    """People, and what is sent to them: `_before` by the version in force, `_after` by the file's.

    `run_…` is of one run now, `day_…` about one day later on; None where that version is not, or
    its price cannot be told.
    """

    people: journeys.Impact
    run_before: Bill | None = None
    run_after: Bill | None = None
    day_before: Bill | None = None
    day_after: Bill | None = None


def foresee(
    org: int, slug: str, checked: Checked, *, now: datetime, tell: Tell = float
) -> Foreseen:
    """Compare a notice of a file (or one that it leaves out) with the one in force."""
    part = checked.playbook.notices.get(slug)
    after = noticing.notice(slug, part) if part is not None else None
    known = {each.slug: each.channel for each in messages.senders(org)}
    asked, reaches = _by_known_senders(after, _channels(checked.playbook), known)
    found = journeys.impact(org, slug, asked, now=now, reaches=reaches, tell=tell)
    before = journeys.notice_in_force(org, slug) if found.before is not None else None
    old = _bills(before, found.before, _in_force(org, known))
    new = _bills(after, found.after, _of_file(checked))
    return Foreseen(found, old[0], new[0], old[1], new[1])


def _bills(
    notice: journeys.Recurring | None, reach: journeys.Reach | None, prices: Prices
) -> tuple[Bill | None, Bill | None]:
    if notice is None or reach is None:
        return None, None
    return billing.bills(notice, reach, prices) or (None, None)


def _by_known_senders(
    notice: journeys.Recurring | None, wanted: Mapping[str, str], known: Mapping[str, str]
) -> tuple[journeys.Recurring | None, bool]:
    """Let a sender that is not there yet be spoken for by another of its channel, if there is one:
    they reach the same people.
    """
    if notice is None:
        return None, True
    by_channel = {channel: slug for slug, channel in known.items()}
    reaches = True

    def stand_in(letter: journeys.Letter) -> journeys.Letter:
        nonlocal reaches
        if letter.or_else is not None:
            letter = replace(letter, or_else=stand_in(letter.or_else))
        slug = letter.sender
        if known.get(slug) == wanted.get(slug):
            return letter
        other = by_channel.get(wanted.get(slug, ""))
        reaches = reaches and other is not None
        return replace(letter, sender=other or slug)

    selections = tuple(
        replace(each, ways=tuple(replace(way, send=stand_in(way.send)) for way in each.ways))
        for each in notice.selections
    )
    return replace(notice, selections=selections), reaches


def _channels(playbook: shape.Playbook) -> dict[str, str]:
    return {slug: rooms.channel(each) for slug, each in playbook.senders.items()}


def _in_force(org: int, channels: Mapping[str, str]) -> Prices:
    home = orgs.get(org)

    def texts(slug: str) -> dict[str, LocaleText]:
        return {each.locale: each for each in messages.texts(org, slug)}

    return Prices(texts, channels, orgs.fees(org), home.locale, home.currency)


def _of_file(checked: Checked) -> Prices:
    home = checked.playbook.organisation
    fees = Fees({name: limits.fee(text, home.currency) for name, text in home.fees.items()})

    def texts(slug: str) -> dict[str, LocaleText]:
        return {each.locale: each for each in texts_of(checked, slug)}

    return Prices(texts, _channels(checked.playbook), fees, home.locale, home.currency)


def texts_of(checked: Checked, template: str) -> tuple[LocaleText, ...]:
    """Return a template of the file in each language, by its name."""
    locales = checked.playbook.templates.get(template, {})
    return tuple(
        checking.locale_text(each, locales[each], checked.files) for each in sorted(locales)
    )
