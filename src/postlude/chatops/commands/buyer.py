"""/event buyer: where is this person's invitation, and why. To the caller only, and audited."""

from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from postlude.chatops.commands import buyers
from postlude.chatops.commands.fitting import fit, plain
from postlude.chatops.commands.shape import Answer, Call
from postlude.chatops.errors import NobodyKnown
from postlude.console import api as console
from postlude.console.types import TimelineEntry

PURPOSE = "Discord: /event buyer"


def answer(call: Call) -> Answer:
    """Return the buyer's story, oldest first; that it was looked at is noted."""
    story = console.timeline(
        call.org.id,
        buyers.known(call),
        actor=call.actor,
        permissions=call.permissions,
        purpose=PURPOSE,
        now=call.now,
    )
    if story is None:
        raise NobodyKnown
    head = [f"{plain(story.name)} · {plain(story.email)}".strip(" ·")]
    head += [
        f"- {plain(each['ticket_type'])} · {plain(each['event'])} · {each['state']}"
        for each in story.tickets
    ]
    zone = ZoneInfo(call.org.zone)
    entries = [_line(each, zone) for each in story.entries]
    return fit([*head, _("What happened:")], entries, name="buyer")


def _line(entry: TimelineEntry, zone: ZoneInfo) -> str:
    at = entry.at.astimezone(zone).strftime("%Y/%m/%d %H:%M:%S")
    detail = f" – {plain(entry.detail)}" if entry.detail else ""
    return f"- {at} {plain(entry.title)}{detail}"
