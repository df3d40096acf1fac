"""A playbook in sentences, and the difference between two versions."""

import difflib
from collections.abc import Mapping, Sized

from postlude.playbooks import crediting, durations, promotions, reading, shape
from postlude.playbooks.models import PlaybookVersion
from postlude.playbooks.paths import Path


def sentences(playbook: shape.Playbook) -> tuple[str, ...]:
    """Say in words what the playbook sets."""
    said = [f"organisation {playbook.organisation.name} ({playbook.organisation.slug})"]
    said += [
        f"branch {each.name} ({slug}): {each.zone or playbook.organisation.zone}"
        for slug, each in playbook.organisation.branches.items()
    ]
    said += [
        f"source {slug}: {each.kind}, polled every {durations.words(each.poll_every)}"
        for slug, each in playbook.sources.items()
    ]
    said += [
        f"conference {each.name}: {_count(each.resources, 'resource')}, "
        f"{_count(each.lets_in, 'rule')} of who is let in"
        for each in playbook.conferences.values()
    ]
    said += [f"sender {slug}: {each.via}" for slug, each in playbook.senders.items()]
    said += [
        f"template {slug}: {', '.join(locales)}" for slug, locales in playbook.templates.items()
    ]
    said += [
        f"journey {each.title or slug}: {_journey(each)}"
        for slug, each in playbook.journeys.items()
    ]
    said += [
        f"notice {each.title or slug}: {each.every}, {_count(each.to, 'selection')}"
        for slug, each in playbook.notices.items()
    ]
    said += [
        f"popup {each.title or slug}: {each.share:g} % of visitors, {', '.join(each.content)}"
        for slug, each in playbook.popups.items()
    ]
    if playbook.attribution is not None:
        said += [f"attribution: {crediting.sentence(playbook.attribution)}"]
    said += _promotions(playbook)
    if playbook.discord is not None:
        said += [f"discord: {_count(playbook.discord.who, 'line')} of who may what"]
    said += [f"warehouse: {_count(playbook.warehouse.keep, 'column')} of answers may leave"]
    return tuple(said)


def _promotions(playbook: shape.Playbook) -> list[str]:
    currency = playbook.organisation.currency
    said = [f"quota {key}: {_places(each)}" for key, each in playbook.quotas.items()]
    said += [
        f"budget {key}: {each.limit} {currency}{_PER[each.per]}"
        for key, each in playbook.budgets.items()
    ]
    said += [
        f"coupons {key}: {each.title}, {each.generate or 'no'} codes made up"
        for key, each in playbook.coupons.items()
    ]
    said += [
        f"rule {each.title or key} ({each.on}): {each.template}"
        for key, each in playbook.rules.items()
    ]
    said += [
        f"gift card {each.title}: "
        + (f"{each.amount} {currency}" if each.amount is not None else "any amount")
        + (f", {each.scope.template}" if each.scope else ", for everything")
        for each in playbook.cards.values()
    ]
    return said


_PER = {"ever": "", "day": " a day", "month": " a month"}


def _places(quota: promotions.Quota) -> str:
    person = f", at most {quota.per_person} a person" if quota.per_person else ""
    return f"{quota.limit} places{_PER[quota.per]}{person}"


def _journey(journey: shape.AnyJourney) -> str:
    if isinstance(journey, Path):
        begins = f"after {journey.when}" if journey.when else journey.every
        return f"{begins}, {_count(journey.steps, 'step')}"
    if not journey.scheduled:
        return _count(journey.do or (), "step")
    if journey.at is not None:
        return f"at {journey.at:%Y-%m-%d %H:%M}, to the {journey.who}"
    before = durations.words(journey.before_start) if journey.before_start else "?"
    return f"{before} before the start, to the {journey.who}"


def _count(things: Sized, noun: str) -> str:
    number = len(things)
    return f"{number} {noun}" + ("" if number == 1 else "s")


_STAYS = {
    "journeys": ("journey", "nobody enters it any more; who is in it goes on"),
    "notices": ("notice", "no run of it begins any more; who waits for it still gets it"),
    "popups": ("popup", "it is shown no more; what was shown stays counted"),
    "sources": ("source", "what it sold stays, and it is still polled"),
    "conferences": ("conference", "its tickets and what they opened stay"),
    "senders": ("sender", "mails that wait still leave through it"),
    "rules": ("rule", "nobody meets it any more; orders that named it keep it"),
    "cards": ("gift card", "it is no longer sold; cards that were sold go on"),
    "quotas": ("quota", "what was taken of it stays taken"),
    "budgets": ("budget", "what was taken of it stays taken"),
    "coupons": ("list of coupons", "coupons that were given may still be used"),
    "templates": ("template", "mails that were decided still use it"),
}


def left_out(before: PlaybookVersion | None, playbook: shape.Playbook) -> tuple[str, ...]:
    """Say what the version before had and this one has not, and what becomes of it.

    Leaving a part out deletes nothing, and a typing mistake in a name should not either.
    """
    document = reading.read(before.source, "") if before else None
    if not isinstance(document, reading.Document):
        return ()
    found = [
        f"{noun} {slug}: {words}"
        for part, (noun, words) in _STAYS.items()
        for slug in document.data.get(part) or {}
        if slug not in getattr(playbook, part)
    ]
    if document.data.get("attribution") and playbook.attribution is None:
        found.append("attribution: what was said of it holds on")
    return tuple(found)


def difference(before: PlaybookVersion | None, source: str, files: Mapping[str, str]) -> str:
    """Return the unified difference to the version before; empty for a first version."""
    if before is None:
        return ""
    old = {"playbook": before.source, **before.files}
    new = {"playbook": source, **files}
    lines: list[str] = []
    for name in sorted({*old, *new}):
        lines += difflib.unified_diff(
            old.get(name, "").splitlines(),
            new.get(name, "").splitlines(),
            f"{name} (version {before.number})",
            f"{name} (now)",
            lineterm="",
            n=2,
        )
    return "\n".join(lines)
