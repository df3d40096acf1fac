"""The messages of one turn: which one was sent instead of which, and what was passed over."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from postlude.console import words
from postlude.console.types import TimelineEntry, Tone
from postlude.journeys import api as journeys
from postlude.messages import api as messages
from postlude.messages.types import MessageFact


def chain(org: int, fact: MessageFact) -> list[MessageFact]:
    """Return the messages of a turn, the first one first: mostly this one alone."""
    keys = journeys.keys_of_turn(fact.context)
    found = messages.by_keys(org, keys) if keys else {}
    return sorted(found.values(), key=lambda each: each.id) or [fact]


def passed(fact: MessageFact) -> Iterator[TimelineEntry]:
    """Yield what was said of the steps before this one, when this one was decided."""
    course = journeys.course_of(fact.context)
    for each in course.passed if course else ():
        why = words.reason(each.why)
        detail = why if why != each.why else words.message_state(each.why)[0]
        title = _("Not by {sender}").format(sender=each.sender)
        yield TimelineEntry(fact.created_at, "passed", title, detail, Tone.WARN)


def facts(org: int, fact: MessageFact) -> list[tuple[str, str]]:
    """Return what this message was sent instead of, and what was sent instead of it."""
    turn = chain(org, fact)
    told = []
    for each in turn:
        if each.id == fact.fallback_of:
            told.append((_("Sent instead of"), _words(each)))
        elif each.fallback_of == fact.id:
            told.append((_("Followed by"), _words(each)))
    return told


def _words(fact: MessageFact) -> str:
    state, _tone = words.message_state(fact.state)
    return f"{fact.channel}, {fact.created_at:%Y-%m-%d %H:%M:%S} UTC, {state}"
