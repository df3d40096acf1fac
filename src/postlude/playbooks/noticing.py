"""Notices of a playbook as journeys want them, and what is wrong with them, each at its line."""

from collections.abc import Iterator

from postlude.journeys import api as journeys
from postlude.playbooks import notices, senders, shape, text_messages
from postlude.playbooks.reading import Document, Place
from postlude.playbooks.types import Problem
from postlude.rules import api as rules

_SEND, _ELSE = "send", "else"


def notice(slug: str, part: notices.TimedNotice) -> journeys.Recurring:
    """Return a notice as journeys keep it."""
    return journeys.Recurring(
        slug=slug,
        timetable=journeys.timetable(part.every),
        selections=tuple(_selection(name, each) for name, each in part.to.items()),
        once_per=journeys.OncePer(part.once_per),
        title=part.title,
        folder=part.folder,
        active=part.active,
        remind_again=part.remind_again,
        skip_if_sent_last_month=part.skip_if_sent_last_month,
        hold_out=round(part.hold_out * 10),
        reaction=_reaction(part.reaction) if part.reaction is not None else None,
    )


def _reaction(part: notices.Reaction) -> journeys.Awaited:
    return journeys.Awaited(part.within, part.points, part.by)


def problems(document: Document, playbook: shape.Playbook) -> Iterator[Problem]:
    """Yield every mistake in the notices."""
    home = playbook.organisation
    for slug, part in playbook.notices.items():
        place: Place = ("notices", slug)
        if slug in playbook.journeys:
            words = f"A journey is called “{slug}” already."
            yield document.problem(place, words, "Choose another name.", key=True)
        yield from _forms(document, place, part)
        yield from _named(document, playbook, place, part)
        try:
            read = notice(slug, part)
        except ValueError as error:
            yield document.problem((*place, "every"), _sentence(str(error)))
            continue
        found = journeys.notice_mistakes(read, currency=home.currency, zone=home.zone)
        for each in found:
            here = (*place, *_written(each.place))
            yield document.problem(here, _sentence(each.words), each.hint, key=len(here) < 4)  # noqa: PLR2004


def _forms(document: Document, place: Place, part: notices.TimedNotice) -> Iterator[Problem]:
    it = part.reaction
    if it is not None and bool(it.order) == bool(it.points.strip()):
        words = "A reaction is either an order or points."
        hint = "Write `order: closed`, or `points: REASON`."
        yield document.problem((*place, "reaction"), words, hint, key=True)
    for name, each in part.to.items():
        if each.send is not None and each.rotate is not None:
            words = "Either one text or several by turns."
            yield document.problem((*place, "to", name, _SEND), words, "Keep `send` or `rotate`.")
        if each.rotate is not None and each.give is not None:
            words = "Each way of a rotation gives by itself."
            hint = "Put `give` under a way."
            yield document.problem((*place, "to", name, "give"), words, hint)
        if each.rotate is not None and each.coupon:
            words = "Each way of a rotation names a coupon by itself."
            yield document.problem(
                (*place, "to", name, "coupon"), words, "Put `coupon` under a way."
            )


def _named(
    document: Document, playbook: shape.Playbook, place: Place, part: notices.TimedNotice
) -> Iterator[Problem]:
    for here, letter in _letters(place, part):
        yield from letter_problems(document, playbook, here, letter)


def letter_problems(
    document: Document, playbook: shape.Playbook, place: Place, letter: notices.Letter
) -> Iterator[Problem]:
    """Check that senders and templates are there, and that the sender writes to one at a time.

    Also of what is sent instead.
    """
    for here, step in _steps(place, letter):
        for field, named, known in (
            ("by", step.by, playbook.senders),
            ("using", step.using, playbook.templates),
        ):
            if named not in known:
                what = "sender" if field == "by" else "template"
                listed = ", ".join(sorted(known)) or "none yet"
                hint = rules.did_you_mean(named, known) or f"Known: {listed}."
                yield document.problem((*here, field), f"There is no {what} “{named}”.", hint)
        sender = playbook.senders.get(step.by)
        if isinstance(sender, senders.Klaviyo) and sender.path == "campaign":
            words = f"“{step.by}” sends campaigns to many, not mails one by one."
            yield document.problem((*here, "by"), words, "Name a sender with `path: event`.")
        where = (*here, "using")
        yield from text_messages.mixed_up(document, playbook, where, step.by, step.using)


def _letters(place: Place, part: notices.TimedNotice) -> Iterator[tuple[Place, notices.Letter]]:
    for name, each in part.to.items():
        if each.send is not None:
            yield (*place, "to", name, _SEND), each.send
        for number, way in enumerate(each.rotate or ()):
            yield (*place, "to", name, "rotate", number, _SEND), way.send


def _steps(place: Place, letter: notices.Letter) -> Iterator[tuple[Place, notices.Letter]]:
    yield place, letter
    if letter.or_else is not None:
        yield from _steps((*place, _ELSE), letter.or_else)


def _written(place: Place) -> Place:
    """The parameters of a condition stand beside it in the file, not under it."""
    return tuple(
        step
        for number, step in enumerate(place)
        if not (step in {"who", "when"} and place[number + 1 : number + 2] == ("where",))
    )


def _selection(name: str, part: notices.Selection) -> journeys.Selection:
    return journeys.Selection(
        name=name,
        ways=tuple(_ways(part)),
        who=journeys.Condition(part.who, part.where, part.names) if part.who else None,
        orders=_orders(part.orders) if part.orders is not None else None,
        only=_only(part.only) if part.only is not None else None,
    )


def _ways(part: notices.Selection) -> Iterator[journeys.Way]:
    if part.send is not None:
        yield journeys.Way(_SEND, letter(part.send), points(part.give), coupon=part.coupon)
    for way in part.rotate or ():
        when = journeys.Condition(way.when, way.where, way.names) if way.when else None
        text, given = letter(way.send), points(way.give)
        yield journeys.Way(way.name, text, given, when, way.otherwise, way.coupon)


def letter(part: notices.Letter) -> journeys.Letter:
    """Return a text as journeys send it."""
    other = letter(part.or_else) if part.or_else is not None else None
    return journeys.Letter(part.by, part.using, part.klass, part.within, part.on_quiet, other)


def given(part: notices.GivenPoints) -> journeys.Points:
    """Return points as journeys give them."""
    return journeys.Points(part.points, part.reason, part.expires)


def points(part: notices.GivenPoints | None) -> journeys.Points | None:
    """Return points that may go with a text."""
    return None if part is None else given(part)


def _orders(part: notices.ClosedOrders) -> journeys.ClosedOrders:
    return journeys.ClosedOrders(part.kind, tuple(part.sources), part.within)


def _only(part: notices.Where) -> journeys.Condition:
    return journeys.Condition(part.when, part.where, part.names)


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."
