"""/event status: how one event sells, in the block the team knows."""

from django.utils.translation import gettext as _

from postlude.chatops.commands import events
from postlude.chatops.commands.fitting import fit, plain
from postlude.chatops.commands.shape import Answer, Call


def check(call: Call) -> object:
    """Raise NoSuchEvent for a slug that is none of ours."""
    return events.find(call.org.id, call.value("slug"))


def answer(call: Call) -> Answer:
    """Return slug, name, state, and a line for each ticket type; names are whole."""
    happening = events.find(call.org.id, call.value("slug"))
    (event,) = events.sold(call.org.id, [happening], now=call.now)
    head = [
        _("Event slug: {slug}").format(slug=plain(event.slug)),
        _("Event: {name}").format(name=plain(happening.name)),
        _("State of the event: {state}").format(state=events.state_words(event.state)),
        _("Ticket types:"),
    ]
    return fit(head, [_line(each) for each in event.types], name=event.slug)


def _line(each: events.TypeSold) -> str:
    total = _("unlimited") if each.total is None else str(each.total)
    line = _("{name}: total: {total} sold: {sold}")
    return "- " + line.format(name=plain(each.name), total=total, sold=each.sold)
