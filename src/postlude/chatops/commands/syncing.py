"""/event sync: ask the sources now, instead of in two minutes."""

from django.utils.translation import gettext as _

from postlude.chatops.commands.fitting import fit, plain
from postlude.chatops.commands.shape import Answer, Call
from postlude.kernel.errors import N_
from postlude.kernel.jobs import Budget
from postlude.sources import api as sources
from postlude.sources.types import PollReport, Trouble

_SECONDS = 50.0  # below the lease of the command
_CHANGES = {
    "new": N_("new"),
    "paid": N_("paid"),
    "updated": N_("changed"),
    "refunded": N_("refunded"),
    "cancelled": N_("cancelled"),
    "same": N_("seen again"),
    "tombstone": N_("cancelled before it came"),
}


def answer(call: Call) -> Answer:
    """Poll every source and say what came. What it finds goes its usual way."""
    reports = sources.poll(call.org.id, now=call.now, budget=Budget(_SECONDS))
    if not reports:
        return Answer(_("There is no source to ask."))
    return fit([_("Asked now:")], [_line(each) for each in reports], name="sync")


def _line(report: PollReport) -> str:
    name = plain(report.source)
    if not report.ok:
        error = report.error if report.trouble is None else _words(report.trouble)
        return "- " + _("{source}: no good answer. {error}").format(source=name, error=plain(error))
    if not report.changes:
        return "- " + _("{source}: nothing new").format(source=name)
    counts = sorted(report.changes.items())
    changes = ", ".join(f"{_(_CHANGES.get(what, what))}: {count}" for what, count in counts)
    more = "" if report.finished else " " + _("(the rest follows with the next poll)")
    return "- " + _("{source}: {changes}").format(source=name, changes=changes) + more


def _words(trouble: Trouble) -> str:
    # What a person has written into a setting (braces, say) is no place to fill in.
    what = _(trouble.what) if trouble.what else ""
    text = _(trouble.message)
    for place, words in (("source", trouble.source), ("slug", trouble.source), ("what", what)):
        text = text.replace(f"{{{place}}}", words)
    parts = [text.replace("{words}", what)]
    if trouble.missing:
        missing = _("{n} answers were missing; they are asked for again.")
        parts.append(missing.format(n=trouble.missing))
    return " ".join([*parts, *([_(trouble.hint)] if trouble.hint else [])])
