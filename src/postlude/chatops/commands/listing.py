"""/event list: the events on sale."""

from django.utils.translation import gettext as _

from postlude.chatops.commands import events
from postlude.chatops.commands.fitting import fit, plain
from postlude.chatops.commands.shape import Answer, Call
from postlude.orders import api as orders


def answer(call: Call) -> Answer:
    """List the events on sale, newest first, each with what it sold."""
    conferences = {each.id: each for each in orders.conferences(call.org.id)}
    alive = [
        each
        for each in orders.happenings(call.org.id)
        if not events.ended(each, conferences[each.conference], call.now)
    ]
    on_sale = [
        each
        for each in events.sold(call.org.id, alive, now=call.now)
        if each.state == events.SaleState.OPEN
    ]
    if not on_sale:
        return Answer(_("No event is on sale."))
    lines = [_line(each) for each in on_sale]
    return fit([_("On sale: {count}").format(count=len(lines))], lines, name="events")


def _line(event: events.EventSold) -> str:
    count = sum(each.sold for each in event.types)
    words = _("sold: {count}").format(count=count)
    return f"- {plain(event.slug)} · {plain(event.happening.name)} · {words}"
