"""What came back for a message: in a list in a word, on its page with the receipt."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from postlude.attribution import api as attribution
from postlude.attribution.types import Earlier, NoticeFact, Reaction, ReactionState, ReactionType
from postlude.console import words
from postlude.console.types import Tone
from postlude.kernel.errors import N_
from postlude.messages.types import MessageFact
from postlude.rewards import api as rewards

_DAY = 86_400
_VERDICTS = {
    attribution.Why.CHOSEN: (N_("the reaction"), Tone.GOOD),
    attribution.Why.OUTRUN: (N_("another one was first"), Tone.PLAIN),
    attribution.Why.BEFORE: (N_("begun before the message"), Tone.PLAIN),
    attribution.Why.AFTER: (N_("after the 14 days"), Tone.PLAIN),
    attribution.Why.PENDING: (N_("not closed yet"), Tone.INFO),
    attribution.Why.VOID: (N_("cancelled"), Tone.PLAIN),
    attribution.Why.TOO_LATE: (N_("closed too late"), Tone.PLAIN),
    attribution.Why.OTHER_SUBJECT: (N_("for another order"), Tone.PLAIN),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a message, in words; `after` is in days, None where nothing came."""

    label: str
    tone: Tone
    what: str = ""
    after: float | None = None


@dataclass(frozen=True, slots=True)
class Weighed:
    """One order, or points, that was looked at, and what was said of it."""

    what: str
    at: datetime
    verdict: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Story:
    """What came back for one message, and why that is said."""

    notice: str
    answer: Answer
    sentence: str
    credited: bool | None
    amount: str
    weighed: tuple[Weighed, ...]
    earlier: tuple[tuple[datetime, str], ...]
    waits_until: datetime | None
    gave: str


def answers(org: int, messages: Collection[int]) -> dict[int, tuple[NoticeFact, Answer]]:
    """Return what came of these messages; those that no notice sent are left out."""
    return {each: (it, answer(it)) for each, it in attribution.notices(org, messages).items()}


def answer(it: NoticeFact) -> Answer:
    if it.state is None:
        return Answer("", Tone.PLAIN)
    label, tone = words.reaction(it.state.value)
    after = None
    if it.reacted_at is not None and it.sent_at is not None:
        after = (it.reacted_at - it.sent_at).total_seconds() / _DAY
    return Answer(label, tone, _kind(it.type), after)


def story(org: int, fact: MessageFact, *, now: datetime) -> Story | None:
    """Return what came back for a message; None when no notice sent it."""
    it = attribution.notices(org, [fact.id]).get(fact.id)
    if it is None:
        return None
    judged = attribution.reaction_of(org, fact.id, now=now)
    reaction, earlier = judged if judged is not None else (None, [])
    return Story(
        _("{kind} · {action}, version {version}").format(
            kind=it.kind, action=it.action, version=it.version
        ),
        answer(it),
        _sentence(it),
        it.credited if it.state is ReactionState.REACTED else None,
        str(it.amount) if it.amount else "",
        _weighed(reaction),
        _earlier(earlier),
        reaction.final_after if reaction and reaction.state is ReactionState.WAITING else None,
        _gave(org, fact),
    )


def _sentence(it: NoticeFact) -> str:
    match it.state:
        case ReactionState.REACTED if it.type is ReactionType.ORDER:
            return _("An order was placed within 14 days, and closed.")
        case ReactionState.REACTED:
            return _("The customer did what was asked, and was given points for it.")
        case ReactionState.WAITING:
            return _("Nothing yet. The answer may still come.")
        case ReactionState.NONE:
            return _("Nothing came within 14 days.")
        case ReactionState.UNMEASURED:
            return _("Of this kind nobody said what a reaction is.")
        case _:
            return _("It did not go out, so it awaits nothing.")


def _kind(type_: ReactionType | None) -> str:
    if type_ is None:
        return ""
    return _("order") if type_ is ReactionType.ORDER else _("points")


def _weighed(reaction: Reaction | None) -> tuple[Weighed, ...]:
    """Return the receipt, without what the rule never looks at."""
    if reaction is None or reaction.receipt is None:
        return ()
    found = [
        each for each in reaction.receipt.weighed if each.why is not attribution.Why.OTHER_TYPE
    ]
    return tuple(
        Weighed(
            _("Order {uid}").format(uid=each.candidate.id)
            if each.candidate.type == "order"
            else _("Points for {reason}").format(reason=each.candidate.type.partition(":")[2]),
            each.candidate.at,
            _(_VERDICTS[each.why][0]),
            _VERDICTS[each.why][1],
        )
        for each in found
    )


def _earlier(some: Sequence[Earlier]) -> tuple[tuple[datetime, str], ...]:
    return tuple(
        (
            each.replaced_at,
            _("Until then: {answer}").format(
                answer=" ".join([words.reaction(each.state.value)[0], each.effect]).strip()
            ),
        )
        for each in some
    )


def _gave(org: int, fact: MessageFact) -> str:
    """Return the points that came with a message; both have the same key."""
    entry = rewards.entries(org, [fact.key]).get(fact.key)
    if entry is None:
        return ""
    return _("{amount} points, reason “{reason}”").format(amount=entry.amount, reason=entry.reason)
