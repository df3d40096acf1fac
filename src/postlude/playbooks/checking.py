"""From a file to a checked playbook: every mistake at once, each with its line."""

import difflib
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from postlude.access import api as access
from postlude.access.types import Resource
from postlude.channels import api as channels
from postlude.journeys import api as journeys
from postlude.kernel import environment
from postlude.kernel.errors import AppError
from postlude.messages import api as messages
from postlude.messages.errors import BadTemplate, UnknownPlaceholder
from postlude.messages.types import LocaleText
from postlude.orgs import api as orgs
from postlude.playbooks import (
    crediting,
    definitions,
    limits,
    loops,
    mistakes,
    noticing,
    path_mistakes,
    popping,
    promotion_mistakes,
    reading,
    scheduling,
    senders,
    shape,
    team,
    text_messages,
)
from postlude.playbooks.notices import TimedNotice
from postlude.playbooks.reading import Document, Place
from postlude.playbooks.types import Problem
from postlude.sources import api as sources
from postlude.warehouse import api as warehouse
from postlude.warehouse.types import Keep

_LARGEST_TEXT = 500_000
_TEXT_PARTS = ("mjml", "html", "text")
_NOT_A_REFERENCE = re.compile(r"\$\{(?![A-Z][A-Z0-9_]*(?::-[^}]*)?\})")
_ANY_JOURNEY: TypeAdapter[shape.AnyJourney] = TypeAdapter(shape.AnyJourney)
_WRITE_REFERENCES = "Write ${NAME} or ${NAME:-default}; the name is in capitals."


@dataclass(frozen=True, slots=True)
class Checked:
    """A playbook that may be applied: its parts, its text, and the files it names."""

    playbook: shape.Playbook
    document: Document
    source: str
    files: dict[str, str]
    unset: tuple[str, ...]
    warnings: tuple[Problem, ...] = ()


def check(text: str, file: str, folder: Path) -> Checked | list[Problem]:
    """Read and check a playbook; return it, or what is wrong with it in order of lines."""
    document = reading.read(text, file)
    if isinstance(document, Problem):
        return [document]
    strings = list(_strings(document.data))
    problems = [
        document.problem(path, "This reference cannot be read.", _WRITE_REFERENCES)
        for path, words in strings
        if _NOT_A_REFERENCE.search(words)
    ]
    try:
        playbook = shape.Playbook.model_validate(document.data)
    except ValidationError as error:
        return sorted({*problems, *(mistakes.problem(document, each) for each in error.errors())})
    files, unread = _read_files(document, playbook, folder)
    problems += [*unread, *_references(document, playbook), *_rooms(document, playbook)]
    problems += promotion_mistakes.problems(document, playbook)
    problems += noticing.problems(document, playbook)
    problems += path_mistakes.problems(document, playbook)
    problems += text_messages.problems(document, playbook)
    problems += popping.problems(document, playbook)
    problems += crediting.problems(document, playbook)
    problems += _texts(document, playbook, files)
    if problems:
        return sorted(set(problems))
    unset = {name for _, words in strings for name in environment.missing(words)}
    warned = (
        *scheduling.warnings(document, playbook),
        *promotion_mistakes.warnings(document, playbook),
    )
    return Checked(playbook, document, text, files, tuple(sorted(unset)), warned)


def journeys_of(text: str) -> dict[str, shape.AnyJourney]:
    """Return the journeys of a stored playbook, as far as today's shape can read them."""
    document = reading.read(text, "")
    if isinstance(document, Problem):
        return {}
    found = {}
    for slug, part in document.data.get("journeys", {}).items():
        try:
            found[slug] = _ANY_JOURNEY.validate_python(part)
        except ValidationError:  # written for an older Postlude
            continue
    return found


def notices_of(text: str) -> dict[str, TimedNotice]:
    """Return the notices of a stored playbook, as far as today's shape can read them."""
    document = reading.read(text, "")
    if isinstance(document, Problem):
        return {}
    found = {}
    for slug, part in document.data.get("notices", {}).items():
        try:
            found[slug] = TimedNotice.model_validate(part)
        except ValidationError:  # written for an older Postlude
            continue
    return found


def _strings(node: object, path: Place = ()) -> Iterator[tuple[Place, str]]:
    """Yield every text of the file with its place; comments are not among them."""
    if isinstance(node, str):
        yield path, node
    elif isinstance(node, dict):
        for name, value in node.items():
            yield from _strings(value, (*path, name))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _strings(value, (*path, index))


def _read_files(
    document: Document, playbook: shape.Playbook, folder: Path
) -> tuple[dict[str, str], list[Problem]]:
    files: dict[str, str] = {}
    problems: list[Problem] = []
    for slug, locales in playbook.templates.items():
        for locale, text in locales.items():
            for part in _TEXT_PARTS:
                name = getattr(text, part)
                if not name or (part == "text" and "\n" in name):
                    continue
                path = ("templates", slug, locale, part)
                found = _read_file(folder, name)
                if isinstance(found, str):
                    files[name] = found
                else:
                    problems.append(document.problem(path, *found))
    return files, problems


def _read_file(folder: Path, name: str) -> str | tuple[str, str]:
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        return f"“{name}” is outside the playbook's folder.", "Move the file beside the playbook."
    if not path.is_file():
        return f"There is no file {name}.", "The path counts from the playbook's own folder."
    if path.stat().st_size > _LARGEST_TEXT:
        return f"{name} is larger than 500 kB.", "Put pictures on a server and link them."
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return f"{name} is not UTF-8.", "Save it as UTF-8."


def _known(
    document: Document, path: Place, name: str, known: Collection[str], what: str
) -> list[Problem]:
    if name in known:
        return []
    near = difflib.get_close_matches(name, list(known), n=1)
    listed = ", ".join(sorted(known)) or "none yet"
    hint = f"Did you mean “{near[0]}”?" if near else f"Known: {listed}."
    return [document.problem(path, f"There is no {what} “{name}”.", hint)]


def _references(document: Document, playbook: shape.Playbook) -> list[Problem]:
    """Check that what is named is there: resources, senders, templates, conferences."""
    problems: list[Problem] = []
    path: Place
    for slug, conference in playbook.conferences.items():
        for index, rule in enumerate(conference.lets_in):
            for place, name in enumerate(rule.to):
                path = ("conferences", slug, "lets_in", index, "to", place)
                problems += _known(document, path, name, conference.resources, "resource")
        if _is_backwards(conference, playbook.organisation.zone):
            path = ("conferences", slug, "ends")
            problems.append(document.problem(path, "It ends before it starts.", "Swap the two."))
    problems += _fees(document, playbook.organisation)
    problems += _team(document, playbook.discord)
    for slug, journey in playbook.sold.items():
        for index, name in enumerate(journey.conferences):
            path = ("journeys", slug, "conferences", index)
            problems += _known(document, path, name, playbook.conferences, "conference")
        problems += _journey(document, playbook, ("journeys", slug), journey)
    return problems


def _fees(document: Document, part: shape.Organisation) -> Iterator[Problem]:
    for name, text in part.fees.items():
        try:
            limits.fee(text, part.currency)
        except ValueError as error:
            hint = f"Write it in {part.currency}, such as 1.35, 2.8 % or {limits.FEE_EXAMPLE}."
            yield document.problem(("organisation", "fees", name), _sentence(str(error)), hint)


def _team(document: Document, part: team.Discord | None) -> list[Problem]:
    """Each line of who may what names one role or one user, and what there is to be allowed."""
    problems: list[Problem] = []
    known = {*orgs.PERMISSIONS, *(each.value for each in orgs.Role)}
    for index, each in enumerate(part.who if part else ()):
        path: Place = ("discord", "who", index)
        if bool(each.role) == bool(each.user):
            words = "This line names one role or one user."
            hint = "Give `role` or `user`, the id that Discord's developer mode copies."
            problems.append(document.problem(path, words, hint))
        for name in each.may:
            problems += _known(document, (*path, "may"), name, known, "role or permission")
    return problems


def _is_backwards(conference: shape.Conference, zone: str) -> bool:
    starts = definitions.instant(conference.starts, zone)
    ends = definitions.instant(conference.ends, zone)
    return starts is not None and ends is not None and starts >= ends


def _journey(
    document: Document, playbook: shape.Playbook, path: Place, journey: shape.Journey
) -> list[Problem]:
    problems = scheduling.shape_problems(document, path, journey)
    for index, step in enumerate(journey.do or ()):
        problems += _check_step(document, playbook, (*path, "do", index), step)
    if journey.who:
        known, name = playbook.conferences, journey.holders_of
        problems += _known(document, (*path, "who"), name, known, "conference")
        problems += scheduling.date_problems(document, playbook, path, journey)
    if journey.send is not None:
        problems += _check_send(document, playbook, (*path, "send"), journey.send)
    return problems


def _check_step(
    document: Document, playbook: shape.Playbook, path: Place, step: shape.Step
) -> list[Problem]:
    given = sorted(step.model_fields_set)
    if len(given) != 1:
        words = "A step does exactly one thing."
        hint = (
            f"Put {' and '.join(given)} into steps of their own." if given else "Say what it does."
        )
        return [document.problem(path, words, hint)]
    send = step.invite or step.another_ticket
    if send is None:
        return []
    return _check_send(document, playbook, (*path, given[0]), send)


def _check_send(
    document: Document, playbook: shape.Playbook, here: Place, send: shape.Send
) -> list[Problem]:
    problems = _known(document, (*here, "by"), send.by, playbook.senders, "sender")
    sender = playbook.senders.get(send.by)
    if isinstance(sender, senders.Klaviyo) and sender.path == "campaign":
        words = f"“{send.by}” sends campaigns to many, not mails one by one."
        hint = "Name a sender with `path: event`, or another one."
        problems.append(document.problem((*here, "by"), words, hint))
    for kind, template in send.using.items():
        place = (*here, "using", kind)
        problems += _known(document, place, template, playbook.templates, "template")
        problems += text_messages.mixed_up(document, playbook, place, send.by, template)
    return problems


def _rooms(document: Document, playbook: shape.Playbook) -> list[Problem]:
    """Ask the rooms what is wrong with their parts."""
    found: list[tuple[Place, str, str]] = []
    for slug, source in playbook.sources.items():
        try:
            sources.check_settings(source.kind, slug, definitions.source_settings(source))
        except AppError as error:
            found.append((("sources", slug), error.text(), error.hint))
    for slug, conference in playbook.conferences.items():
        for key, part in conference.resources.items():
            resource: Resource = definitions.resource(key, part)
            place: Place = ("conferences", slug, "resources", key)
            found += [(place, words, "") for words in access.check_resource(resource)]
    for slug, journey in playbook.sold.items():
        if scheduling.shape_problems(document, ("journeys", slug), journey):
            continue  # said already
        definition = definitions.journey(slug, journey)
        found += [(("journeys", slug), words, "") for words in journeys.check(definition)]
    for index, keep in enumerate(playbook.warehouse.keep):
        wrong = warehouse.problems(Keep(keep.column, tuple(keep.labels)))
        found += [(("warehouse", "keep", index), words, "") for words in wrong]
    said = [document.problem(place, _sentence(words), hint) for place, words, hint in found]
    return [*said, *_senders(document, playbook)]


def _senders(document: Document, playbook: shape.Playbook) -> Iterator[Problem]:
    """Ask what each vendor needs; a setting that is given wrongly is said at its own line."""
    for slug, part in playbook.senders.items():
        checks = {
            "anymail": channels.check_esp,
            "every8d": channels.check_every8d,
            "form_gateway": channels.check_gateway,
        }
        if part.via not in checks:
            continue
        for error in checks[part.via](part.model_dump()):
            name = str(error.fields["setting"])
            place: Place = ("senders", slug, name) if getattr(part, name) else ("senders", slug)
            yield document.problem(place, _sentence(error.text()), error.hint, key=True)


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."


def _texts(document: Document, playbook: shape.Playbook, files: dict[str, str]) -> list[Problem]:
    problems: list[Problem] = []
    for slug, locales in playbook.templates.items():
        for locale, text in locales.items():
            path = ("templates", slug, locale)
            if not _is_read(text, files):
                continue  # said already
            try:
                messages.check_template(locale_text(locale, text, files))
            except BadTemplate as error:
                problems.append(_bad_template(document, path, text, error, files))
            except AppError as error:
                problems.append(document.problem(path, error.text(), error.hint, key=True))
    return problems


def _is_read(text: shape.Text, files: dict[str, str]) -> bool:
    if text.sms or not text.subject:
        return text_messages.is_whole(text)
    named = [name for name in (text.mjml, text.html, text.text) if name and "\n" not in name]
    return all(name in files for name in named)


def _bad_template(
    document: Document, path: Place, text: shape.Text, error: BadTemplate, files: dict[str, str]
) -> Problem:
    """Place a template's mistake: in its own file where it has one."""
    part = "sms" if text.sms else str(error.fields.get("part", ""))
    words = _sentence(str(error.fields.get("problem", error.text())))
    name = getattr(text, part, "") if part in _TEXT_PARTS else ""
    if name in files:
        file = str(Path(document.file).parent / name)
        return _in_template(file, files[name], int(error.fields.get("line", 1)), words, error)
    at = (*path, part) if part in {"subject", "sms", *_TEXT_PARTS} else path
    return document.problem(at, words, error.hint)


def _in_template(file: str, source: str, line: int, words: str, error: BadTemplate) -> Problem:
    filled = {name: sample for name, _, sample in [*access.providers(), *journeys.providers()]}
    known = {
        key: names for name in filled for key, names in loops.lists(filled[name], name).items()
    }
    found = loops.mistyped(source, line, known) if isinstance(error, UnknownPlaceholder) else None
    if found and "name" not in error.fields:  # the engine says where, not what
        column, name, fix = found
        return Problem(file, line, column, f"Nobody fills {{{{ {name} }}}}.", fix)
    shown = [*source.splitlines(), ""][line - 1]
    return Problem(
        file, line, shown.find(str(error.fields.get("name"))) + 1 or 1, words, error.hint
    )


def locale_text(locale: str, text: shape.Text, files: dict[str, str]) -> LocaleText:
    """Return one language with the content of its files."""
    return LocaleText(
        locale=locale,
        subject=text.subject,
        mjml=files.get(text.mjml, ""),
        html=files.get(text.html, ""),
        text=text.sms.strip() or files.get(text.text, text.text),
    )
