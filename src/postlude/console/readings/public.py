"""What everybody may know: how long an invitation takes now, and whether the shop is heard."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from postlude.console.types import Tone
from postlude.journeys import api as journeys
from postlude.kernel import clock
from postlude.messages import api as messages
from postlude.orgs.types import OrgRef
from postlude.sources import api as sources
from postlude.sources.types import SourceStatus

KEPT_SECONDS = 20
_LATELY = timedelta(hours=1)
_LATE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class PublicStatus:
    """No person, no count and no error of a vendor's is in it. `poll_minutes`: the slowest shop."""

    tone: Tone
    headline: str
    words: str
    try_after: int
    poll_minutes: int
    delay: str
    heard: tuple[tuple[str, str, Tone], ...]
    at: datetime


_kept: dict[int, tuple[float, "_Facts"]] = {}


@dataclass(frozen=True, slots=True)
class _Facts:
    polls: timedelta
    sources: tuple[SourceStatus, ...]
    typical_s: float | None
    oldest_s: float | None
    at: datetime


def status(org: OrgRef, *, now: datetime) -> PublicStatus:
    """Return how things stand; the database is asked once in a while, however many look."""
    facts = _facts(org.id, now)
    late = facts.oldest_s is not None and facts.oldest_s > _LATE.total_seconds()
    silent = any(each.silent for each in facts.sources)
    tone, headline, words = _headline(late=late, silent=silent)
    return PublicStatus(
        tone=tone,
        headline=headline,
        words=words,
        try_after=journeys.try_after(facts.polls),
        poll_minutes=ceil(facts.polls.total_seconds() / 60),
        delay=_delay(facts),
        heard=tuple(_heard(each, facts.at) for each in facts.sources),
        at=facts.at,
    )


def forget() -> None:
    """Look again at once; for tests."""
    _kept.clear()


def _facts(org: int, now: datetime) -> _Facts:
    tick = clock.monotonic()
    kept = _kept.get(org)
    if kept is not None and tick - kept[0] < KEPT_SECONDS:
        return kept[1]
    took = messages.delays(org, since=now - _LATELY, now=now, klass="transactional")
    facts = _Facts(
        polls=sources.slowest_poll(org),
        sources=tuple(sources.status(org, now=now)),
        typical_s=took.p95_s,
        oldest_s=took.oldest_waiting_s,
        at=now,
    )
    _kept[org] = (tick, facts)
    return facts


def _headline(*, late: bool, silent: bool) -> tuple[Tone, str, str]:
    if late:
        words = _("They are delayed, none is lost. Each goes out by itself, as soon as it can.")
        return Tone.BAD, _("Invitations are late"), words
    if silent:
        words = _("New sales may be seen later than usual. None is lost.")
        return Tone.WARN, _("The ticket shop does not answer"), words
    return Tone.GOOD, _("All is well"), _("Invitations go out as sales come in.")


def _delay(facts: _Facts) -> str:
    seconds = max(facts.typical_s or 0, facts.oldest_s or 0)
    if facts.typical_s is None and facts.oldest_s is None:
        return _("nobody was invited in the last hour")
    if seconds < 60:  # noqa: PLR2004 - a minute
        return _("less than a minute")
    n = ceil(seconds / 60)
    return ngettext("about {n} minute", "about {n} minutes", n).format(n=n)


def _heard(source: SourceStatus, now: datetime) -> tuple[str, str, Tone]:
    known = [at for at in (source.last_success_at, source.last_webhook_at) if at is not None]
    tone = Tone.BAD if source.silent else Tone.GOOD
    if not known:
        return source.kind.upper(), _("not heard yet"), Tone.WARN
    n = max(0, int((now - max(known)).total_seconds() // 60))
    if n == 0:
        return source.kind.upper(), _("heard just now"), tone
    words = ngettext("heard {n} minute ago", "heard {n} minutes ago", n).format(n=n)
    return source.kind.upper(), words, tone
