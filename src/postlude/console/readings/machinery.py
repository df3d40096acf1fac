"""Jobs, sources, backlog and senders as tables."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from postlude.console.types import Tone
from postlude.kernel import jobs, work
from postlude.messages import api as messages
from postlude.orgs.types import OrgRef
from postlude.sources import api as sources
from postlude.warehouse import api as warehouse


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    tone: Tone | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """One table; `empty` is what to say when it has no row."""

    title: str
    words: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    empty: str


def sections(org: OrgRef, *, now: datetime) -> tuple[Section, ...]:
    """Return the tables of the system page."""
    return (_sources(org, now), _senders(org, now), _backlog(now), _warehouse(org, now), _jobs())


def _when(at: datetime | None) -> str:
    return timezone.localtime(at).strftime("%m-%d %H:%M:%S") if at else "–"


def _seconds(value: float) -> str:
    return f"{value:.0f} s"


def _sources(org: OrgRef, now: datetime) -> Section:
    rows = []
    for each in sources.status(org.id, now=now):
        state = Cell(_("silent"), Tone.BAD) if each.silent else Cell(_("heard"), Tone.GOOD)
        limit = Cell(_seconds(each.limit.total_seconds()))
        error = Cell(each.last_error or "–")
        rows.append((Cell(each.slug), state, Cell(_when(each.last_success_at)), limit, error))
    heads = (_("Source"), _("State"), _("Last success"), _("Limit"), _("Last error"))
    words = _("Where sales come from")
    return Section(_("Sources"), words, heads, tuple(rows), _("No source is set up yet."))


def _senders(org: OrgRef, now: datetime) -> Section:
    rows = []
    for each in messages.senders(org.id):
        paused = each.paused_until is not None and each.paused_until > now
        good = not paused and each.breaker == "closed"
        state = Cell(_("open"), Tone.GOOD) if good else Cell(_("paused"), Tone.WARN)
        quota = f"{each.quota_used} / {each.quota}" if each.quota else "–"
        rows.append(
            (
                Cell(f"{each.slug} ({each.channel})"),
                state,
                Cell(str(each.queued)),
                Cell(_when(each.oldest_due)),
                Cell(quota),
                Cell(each.pause_reason or "–"),
            )
        )
    heads = (_("Sender"), _("State"), _("Queued"), _("Oldest due"), _("Quota"), _("Reason"))
    words = _("Accounts at providers that carry messages")
    return Section(_("Senders"), words, heads, tuple(rows), _("No sender is set up yet."))


def _backlog(now: datetime) -> Section:
    rows = tuple(
        (Cell(name), Cell(str(count)), Cell(_seconds((now - oldest).total_seconds())))
        for name, (count, oldest) in sorted(work.backlog().items())
    )
    heads = (_("Consumer"), _("Rows"), _("Oldest"))
    return Section(_("Backlog"), _("Work that waits"), heads, rows, _("Nothing waits."))


def _warehouse(org: OrgRef, now: datetime) -> Section:
    status = warehouse.status(org.id, now=now)
    rows = tuple((Cell(table), Cell(str(count))) for table, count in status.rows.items())
    problem = f"{status.problem.words} {status.problem.hint}" if status.problem else ""
    words = problem or _("{pending} tickets wait; last load {when}").format(
        pending=status.pending, when=_when(status.last_loaded_at)
    )
    empty = _("Nothing has been loaded yet.")
    return Section(_("Warehouse"), words, (_("Table"), _("Rows")), rows, empty)


def _jobs() -> Section:
    rows = []
    for each in jobs.status():
        state = Cell(_("failed"), Tone.BAD) if each.last_error else Cell(_("fine"), Tone.GOOD)
        ran = Cell(_when(each.last_finished))
        rows.append((Cell(each.name), Cell(each.group), state, ran, Cell(each.last_error or "–")))
    heads = (_("Job"), _("Group"), _("State"), _("Last run"), _("Last error"))
    words = _("Jobs that run all the time have no last run")
    return Section(_("Jobs"), words, heads, tuple(rows), _("No job is registered here."))
