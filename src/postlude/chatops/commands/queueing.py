"""/event queue: who waits to be let in by hand, a list to copy, and "done" for exactly those."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from postlude.access import api as access
from postlude.access.types import ManualQueue, QueueEntry, State
from postlude.chatops.commands import events
from postlude.chatops.commands.fitting import plain
from postlude.chatops.commands.shape import Answer, Call, File, Offer
from postlude.chatops.texts import LONGEST_DISCORD
from postlude.orgs.api import Permission
from postlude.people import api as people

PURPOSE = "Discord: /event queue"
LISTED = "listed"
# As many of a place as somebody pastes into a form at once; the rest follow when these are done.
_MOST = 500
_NAME = "queue.txt"
_BOM = "\ufeff"
_FENCE = "```"

# A queue with the people of it who are shown, each with a clear e-mail.
_Shown = tuple[ManualQueue, Sequence[tuple[QueueEntry, str]]]


def check(call: Call) -> object:
    """Raise NoSuchEvent for a slug that is none of ours."""
    return events.find(call.org.id, call.value("slug"))


def answer(call: Call) -> Answer:
    """List who waits for a person; once "done" was pressed, close what was listed."""
    if call.confirmed_at is not None:
        return _done(call)
    happening = events.find(call.org.id, call.value("slug"))
    queues = access.manual_queue(call.org.id, conference=happening.conference, limit=_MOST)
    if not queues:
        return Answer(_("Nobody waits to be let in by hand."))
    head = [_("To be let in by hand:"), *(_line(queue) for queue in queues)]
    if Permission.VIEW_CONTACT not in call.permissions:
        needed = _("The list of e-mails needs {permission}.")
        return Answer("\n".join([*head, needed.format(permission=Permission.VIEW_CONTACT.value)]))
    return _listed(call, head, _shown(call, queues))


def _line(queue: ManualQueue) -> str:
    words = f" ({plain(queue.words)})" if queue.words else ""
    return f"- {plain(queue.title)}: {queue.count}{words}"


def _shown(call: Call, queues: Sequence[ManualQueue]) -> list[_Shown]:
    """Return the e-mails; that each was looked at is noted."""
    shown = people.show(
        call.org.id,
        {entry.contact for queue in queues for entry in queue.entries},
        actor=call.actor,
        permissions=call.permissions,
        purpose=PURPOSE,
        now=call.now,
    )
    emails = {
        contact: person.email
        for contact, person in shown.items()
        if person.email and not person.masked
    }
    return [
        (queue, [(each, emails[each.contact]) for each in queue.entries if each.contact in emails])
        for queue in queues
    ]


def _listed(call: Call, head: Sequence[str], shown: Sequence[_Shown]) -> Answer:
    left = sum(queue.count - len(listed) for queue, listed in shown)
    more = [_("{count} more are not listed here.").format(count=left)] if left else []
    offer = None
    entries = [entry for _queue, listed in shown for entry, _email in listed]
    if entries and Permission.GRANT_BY_HAND in call.permissions:
        numbers = " ".join(f"{entry.grant}.{entry.edition}" for entry in entries)
        offer = Offer(_("Done"), {LISTED: numbers})
    blocks = [_block(queue, listed) for queue, listed in shown if listed]
    text = "\n".join([*head, *blocks, *more])
    if len(text) <= LONGEST_DISCORD and all(
        "`" not in email for _q, each in shown for _e, email in each
    ):
        return Answer(text, offer=offer)
    file = File(_NAME, (_BOM + _in_a_file(shown)).encode())
    return Answer(_short(head, [_("The e-mails are in the file."), *more]), file, offer)


def _block(queue: ManualQueue, listed: Sequence[tuple[QueueEntry, str]]) -> str:
    """One address a line, letter by letter, with Discord's own button to copy it."""
    emails = dict.fromkeys(email for _entry, email in listed)
    return "\n".join([f"**{plain(queue.title)}**", _FENCE, *emails, _FENCE])


def _in_a_file(shown: Sequence[_Shown]) -> str:
    parts = []
    for queue, listed in shown:
        emails = dict.fromkeys(email for _entry, email in listed)
        parts.append("\r\n".join([f"# {queue.title}", *emails]))
    return "\r\n\r\n".join(parts) + "\r\n"


def _short(head: Sequence[str], tail: Sequence[str]) -> str:
    """Leave out places, where so many have a queue that their names do not fit."""
    room = LONGEST_DISCORD - len("\n".join(tail)) - 2
    kept = list(head)
    while len("\n".join([*kept, "…"])) > room:
        kept.pop()
    return "\n".join([*kept, *(["…"] if len(kept) < len(head) else []), *tail])


def _done(call: Call) -> Answer:
    """Close what was listed. Worked out again after a crash, it says the same."""
    editions = _read(call.value(LISTED))
    actor = f"{call.actor.kind}:{call.actor.id}"
    access.mark_done(call.org.id, editions, actor=actor, now=call.now, editions=editions)
    facts = access.grants(call.org.id, editions).values()
    let_in = sum(each.state == State.GRANTED and each.done_by == actor for each in facts)
    words = [ngettext("{n} person is let in.", "{n} people are let in.", let_in).format(n=let_in)]
    if let_in < len(editions):
        late = _("Left out, since somebody was faster or the address has changed: {n}.")
        words.append(late.format(n=len(editions) - let_in))
    leaving = access.count_overtaken(call.org.id, editions)
    if leaving:
        again = _("To be taken off again by hand, see Attention in the console: {n}.")
        words.append(again.format(n=leaving))
    return Answer(" ".join(words))


def _read(listed: str) -> Mapping[int, int]:
    pairs = (each.partition(".") for each in listed.split())
    return {int(grant): int(edition) for grant, _dot, edition in pairs}
