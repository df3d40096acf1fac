"""What is wrong with journeys in steps, each mistake at its line."""

from collections.abc import Iterator, Mapping, Sequence

from postlude.journeys import api as journeys
from postlude.playbooks import noticing, pathing, paths, shape
from postlude.playbooks.pathing import nested
from postlude.playbooks.reading import Document, Place
from postlude.playbooks.types import Problem
from postlude.rules import api as rules

_ONCE = {
    "order": ("order.opened", "order.closed", "order.cancelled"),
    "ticket": ("ticket.paid",),
    "event": ("event",),
}


def problems(document: Document, playbook: shape.Playbook) -> Iterator[Problem]:
    """Yield every mistake in the journeys in steps."""
    home = playbook.organisation
    for slug, part in playbook.paths.items():
        place: Place = ("journeys", slug)
        wrong = [*_start(document, place, part), *_once(document, place, part)]
        for here, step in _steps(part.steps, (*place, "steps")):
            wrong += _step(document, playbook, here, step)
        yield from wrong
        if wrong:
            continue  # said already
        try:
            read = pathing.path(slug, part)
        except ValueError as error:
            yield document.problem((*place, "every"), _sentence(str(error)))
            continue
        stands = pathing.row(part).places
        for each in journeys.path_mistakes(read, currency=home.currency, zone=home.zone):
            here = _written((*place, *_where(stands, each.place)))
            yield document.problem(here, _sentence(each.words), each.hint, key=len(here) < 4)  # noqa: PLR2004


def _where(stands: dict[str, Place], place: Place) -> Place:
    return (*stands.get(str(place[0]), (place[0],)), *place[1:])


def _written(place: Place) -> Place:
    """The parameters of a condition stand beside it in the file, not under it."""
    return tuple(
        step
        for number, step in enumerate(place)
        if not (step in {"who", "when", "check"} and place[number + 1 : number + 2] == ("where",))
    )


def _start(document: Document, place: Place, part: paths.Path) -> Iterator[Problem]:
    looked = [name for name in ("every", "who") if getattr(part, name)]
    if bool(part.when) == bool(looked) or len(looked) == 1:
        words = "Something starts it: news, or a timetable."
        hint = "Say `when: order.closed`, or `every: daily 12:00` and `who`."
        yield document.problem(place, words, hint, key=True)
        return
    extra = ("newly", "inside_already") if part.when else ("within", "orders", "conferences")
    for name in extra:
        if name in part.model_fields_set:
            other = "`every` and `who`" if part.when else "`when`"
            words = f"“{name}” goes with {other}."
            yield document.problem((*place, name), words, "Drop it.", key=True)


def _once(document: Document, place: Place, part: paths.Path) -> Iterator[Problem]:
    topic = (part.when or "").partition(" ")[0]
    if part.once_per in _ONCE and topic not in _ONCE[part.once_per]:
        words = f"No {part.once_per} starts this journey."
        hint = "Take another period: month, year, inactivity or ever."
        yield document.problem((*place, "once_per"), words, hint)
    if part.once_per == "entry" and not part.newly:
        words = "Nobody newly enters here."
        hint = "Say `newly: true`, or take another period."
        yield document.problem((*place, "once_per"), words, hint)


def _steps(steps: Sequence[paths.PathStep], place: Place) -> Iterator[tuple[Place, paths.PathStep]]:
    for number, step in enumerate(steps):
        here: Place = (*place, number)
        yield here, step
        for inner, where in nested(step, here):
            yield from _steps(inner, where)


def _step(
    document: Document, playbook: shape.Playbook, here: Place, step: paths.PathStep
) -> Iterator[Problem]:
    does = step.does
    if len(does) != 1 and set(does) != {"give", "send"}:
        hint = f"Put {' and '.join(does)} into steps of their own." if does else "Say what it does."
        yield document.problem(here, "A step does exactly one thing.", hint)
        return
    for name, goes in (
        ("where", ("check",)),
        ("names", ("check",)),
        ("at_most", ("wait_for",)),
        ("clocks", ("wait", "wait_for")),
        ("otherwise", ("branch", "wait_for")),
    ):
        if name in step.model_fields_set and not set(goes) & set(does):
            words = f"“{name}” goes with {' or '.join(f'`{each}`' for each in goes)}."
            yield document.problem((*here, name), words, "Drop it.", key=True)
    if step.wait_for is not None and step.at_most is None:
        hint = "Add `at_most: 7 days`, and `otherwise` for what is done then."
        yield document.problem((*here, "wait_for"), "It may never happen.", hint)
    if step.send is not None:
        yield from noticing.letter_problems(document, playbook, (*here, "send"), step.send)
    for number, case in enumerate(step.branch or ()):
        if case.reachable_by:
            where = (*here, "branch", number, "reachable_by")
            yield from _known(document, where, case.reachable_by, playbook.senders, "sender")


def _known(
    document: Document, place: Place, name: str, known: Mapping[str, object], what: str
) -> Iterator[Problem]:
    if name not in known:
        listed = ", ".join(sorted(known)) or "none yet"
        hint = rules.did_you_mean(name, known) or f"Known: {listed}."
        yield document.problem(place, f"There is no {what} “{name}”.", hint)


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."
