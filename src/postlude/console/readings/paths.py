"""Journeys in steps for their page: who is on the way, and each step with its people."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from postlude.console import words
from postlude.console.readings.pictures import Picture, Step, draw
from postlude.console.types import Tone
from postlude.journeys import api as journeys
from postlude.orgs.types import OrgRef

_SEND = "send"


@dataclass(frozen=True, slots=True)
class Row:
    """One journey in steps, and the picture of each version that has people."""

    title: str
    begins: str
    state: str
    tone: Tone
    counts: tuple[tuple[str, int], ...]
    versions: tuple[tuple[int, Picture], ...]


def rows(org: OrgRef) -> list[Row]:
    """Return every journey in steps, by its name."""
    return [_row(org, each) for each in journeys.paths(org.id)]


def _row(org: OrgRef, it: journeys.PathFact) -> Row:
    state, tone = _("on"), Tone.GOOD
    if it.paused_at is not None:
        state, tone = _("paused"), Tone.WARN
    elif not it.active:
        state, tone = _("switched off"), Tone.PLAIN
    counts = ((_("entered"), it.entered), (_("on the way"), it.walking), (_("goal"), it.goal))
    versions = journeys.path_versions(org.id, it.slug)
    return Row(
        it.title or it.slug,
        it.begins,
        state,
        tone,
        counts,
        tuple((each.number, _picture(each)) for each in versions),
    )


def _picture(version: journeys.VersionFact) -> Picture:
    return draw(
        [
            Step(it.name, it.leads_to, it.says, tuple(_lines(it)), it.ways, it.does)
            for it in version.steps
        ]
    )


def _lines(step: journeys.StepFact) -> Iterator[str]:
    """Say what has become of those who came there, as far as there is anything to say."""
    yield _said([(_("entered"), step.entered), (_("waiting"), step.waiting)])
    became = _said(
        [
            (_("sent"), step.sent),
            (_("failed"), step.failed),
            (_("unknown"), step.unknown),
            (_("held out"), step.held_out),
            (_("goal"), step.goal),
        ]
    )
    blocked = _said([(words.reason(name), count) for name, count in step.blocked.items()])
    yield " · ".join(filter(None, (became, blocked)))


def _said(counts: list[tuple[str, int]]) -> str:
    return " · ".join(f"{label} {count}" for label, count in counts if count)
