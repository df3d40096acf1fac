"""Rules in files: a template alone, one rule, or several under `rules`, as in a playbook.

A file that ends in .yaml or .yml is a mapping: of one rule (`template`, `where`, `give`, …), or
with `rules`, a mapping of keys to rules, and `groups`. `currency` and `zone` may stand beside
`rules`, and in a playbook under `organisation`. Any other file holds the text of one template.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext as _
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from postlude.kernel.errors import N_, BadInput
from postlude.rules import checking, sourcing
from postlude.rules.authoring.binding_all import bind_all
from postlude.rules.cli.playbook_words import translated
from postlude.rules.cli.reading import text_of
from postlude.rules.language.analysis import analyse
from postlude.rules.language.parsing import parse
from postlude.rules.language.spans import Problem, Severity
from postlude.rules.language.suggesting import did_you_mean
from postlude.rules.rule import Rule
from postlude.rules.types import Group, Mode, RuleDefinition

_OF_THE_FILE = ("key", "groups", "organisation")
_YAML_HINT = N_("A template with “ : ” or quotes is written after `template: >-`, on its own line.")
_KNOWN = tuple(field.name for field in fields(RuleDefinition) if field.name != "key")


@dataclass(frozen=True, slots=True)
class CheckedRule:
    """A rule of a file; the spans of its problems lie in `text`, their pointers in the rule."""

    key: str
    text: str
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        return all(each.severity is not Severity.ERROR for each in self.problems)


def check(path: Path) -> list[CheckedRule]:
    """Return every rule of a file and what is wrong with it. Raises BadInput.

    Groups that are wrong come first, as if each were a rule without a text.
    """
    if path.suffix not in {".yaml", ".yml"}:
        return [_template(path.stem, text_of(path).rstrip())]
    data = _data(path)
    definitions, problems = _definitions(path, data)
    groups, wrong = _groups(data.get("groups") or {})
    found = checking.check(list(definitions.values()), groups)
    return [
        *wrong,
        *_checked(definitions, problems, found),
    ]


def _checked(
    definitions: "Definitions", problems: "Problems", found: "Problems"
) -> list[CheckedRule]:
    return [
        CheckedRule(key, rule.template, (*problems[key], *found.get(key, ())))
        for key, rule in definitions.items()
    ]


def load(path: Path, key: str = "") -> Rule:
    """Return one rule of a file; `key` may be left out where there is one. Raises BadInput."""
    if path.suffix not in {".yaml", ".yml"}:
        raise BadInput(
            N_("A template alone cannot be explained: its names have no meaning."),
            hint=N_("Give a .yaml file with `template`, `where` and `give`."),
        )
    definitions, problems = _definitions(path, _data(path))
    wanted = key or next(iter(definitions)) if len(definitions) == 1 or key else ""
    if wanted not in definitions:
        names = ", ".join(definitions)
        hint = (
            _("Write {path}#KEY with one of: {names}.").format(path=path, names=names)
            if definitions
            else ""
        )
        raise BadInput(N_("Which rule of {path}?"), path=path, hint=hint)
    sources = {name: sourcing.source(each) for name, each in definitions.items()}
    bound = bind_all(sources, sourcing.catalogue())[wanted]
    wrong = [each for each in problems[wanted] if each.severity is Severity.ERROR]
    if bound.rule is None or wrong:
        raise BadInput(
            N_("The rule “{key}” has mistakes."),
            key=wanted,
            hint=_("`postlude rules check {path}` names them.").format(path=path),
        )
    return bound.rule


def _template(name: str, text: str) -> CheckedRule:
    parsed = parse(text)
    more = () if parsed.template is None else analyse(parsed.template)
    return CheckedRule(name, text, (*parsed.problems, *more))


Definitions = dict[str, RuleDefinition]
Problems = dict[str, tuple[Problem, ...]]


def _data(path: Path) -> Mapping[str, Any]:
    """Read a YAML file that has rules in it, in the words of a file of rules."""
    text = text_of(path)
    try:
        data = YAML(typ="safe", pure=True).load(text)
    except (YAMLError, ValueError) as error:  # ValueError: a day that no calendar has
        raise BadInput(
            N_("This is no YAML: {error}"), error=str(error).strip(), hint=_YAML_HINT
        ) from None
    except RecursionError:
        raise BadInput(N_("This file is nested too deeply.")) from None
    data = translated(data) if isinstance(data, Mapping) else data
    if not isinstance(data, Mapping) or not {"template", "rules"} & set(data):
        raise BadInput(
            N_("There is no rule in {path}."),
            path=path,
            hint=N_("A rule has a `template`; several stand under `rules` by their keys."),
        )
    return data


def _definitions(path: Path, data: Mapping[str, Any]) -> tuple[Definitions, Problems]:
    """Return all rules of a file, and what is wrong with their shape."""
    rules = data.get("rules", {str(data.get("key", path.stem)): data})
    if not isinstance(rules, Mapping):
        raise BadInput(N_("`rules` must be a mapping of keys to rules."))
    home = data.get("organisation", data)
    home = home if isinstance(home, Mapping) else {}
    read = {str(key): _rule(str(key), raw, home) for key, raw in rules.items()}
    return (
        {key: definition for key, (definition, _) in read.items()},
        {key: problems for key, (_, problems) in read.items()},
    )


def _rule(
    key: str, raw: Any, home: Mapping[str, Any]
) -> tuple[RuleDefinition, tuple[Problem, ...]]:
    if not isinstance(raw, Mapping):
        return RuleDefinition(key, key, "", ""), (_wrong("", _("A rule is a mapping.")),)
    given = {"currency": home.get("currency", ""), "zone": home.get("zone", "UTC"), **raw}
    for name in _OF_THE_FILE:
        given.pop(name, None)
    shape = _Shape()
    zone = shape.zone(shape.text(given, "zone"))
    definition = RuleDefinition(
        key=key,
        title=shape.text(given, "title") or key,
        business=shape.text(given, "business"),
        template=shape.text(given, "template").strip(),
        where=shape.mapping(given, "where"),
        give=shape.mapping(given, "give"),
        names=shape.mapping(given, "names"),
        carrier=shape.text(given, "carrier"),
        merchant=shape.text(given, "merchant"),
        starts=shape.moment(given, "starts", zone),
        ends=shape.moment(given, "ends", zone),
        priority=shape.number(given, "priority"),
        group=shape.text(given, "group"),
        excludes=shape.texts(given, "excludes"),
        currency=shape.text(given, "currency"),
        zone=zone.key,
    )
    if not definition.currency:
        shape.problems.append(_wrong("/currency", _("Say in which currency the rule counts.")))
    shape.unknown(given)
    return definition, tuple(shape.problems)


def _groups(raw: Any) -> tuple[dict[str, Group], list[CheckedRule]]:
    """Return the groups of a file, and those that are wrong; rules may name these all the same."""
    if not isinstance(raw, Mapping):
        wrong = (_wrong("/groups", _("This must be a mapping of names to values.")),)
        return {}, [CheckedRule("groups", "", wrong)]
    groups: dict[str, Group] = {}
    found: list[CheckedRule] = []
    for name, said in raw.items():
        groups[str(name)], problems = _group(said, f"/groups/{name}")
        if problems:
            found.append(CheckedRule(str(name), "", problems))
    return groups, found


def _group(raw: Any, pointer: str) -> tuple[Group, tuple[Problem, ...]]:
    given = raw if isinstance(raw, Mapping) else {"mode": raw}
    said, at_most = given.get("mode", "all"), given.get("at_most")
    problems = []
    if said not in set(Mode):
        message = _("“{mode}” is no mode of a group.").format(mode=said)
        hint = _("One of: {modes}.").format(modes=", ".join(each.value for each in Mode))
        problems.append(Problem("wrong_type", message, hint, pointer=pointer))
        said = Mode.ALL
    if at_most is not None and (type(at_most) is not int or at_most < 1):
        problems.append(_wrong(f"{pointer}/at_most", _("This must be at least {ge}.").format(ge=1)))
        at_most = None
    return Group(Mode(said), at_most), tuple(problems)


class _Shape:
    """Reads the parts of a rule; what is wrong with them is kept in `problems`."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def text(self, given: Mapping[str, Any], name: str) -> str:
        value = given.get(name, "")
        if isinstance(value, str):
            return value
        self.problems.append(_wrong(f"/{name}", _("This must be a text.")))
        return ""

    def texts(self, given: Mapping[str, Any], name: str) -> tuple[str, ...]:
        value = given.get(name, ())
        if isinstance(value, list | tuple) and all(isinstance(each, str) for each in value):
            return tuple(value)
        self.problems.append(_wrong(f"/{name}", _("This must be a list of texts.")))
        return ()

    def mapping(self, given: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        value = given.get(name) or {}
        if isinstance(value, Mapping):
            return {str(key): each for key, each in value.items()}
        self.problems.append(_wrong(f"/{name}", _("This must be a mapping of names to values.")))
        return {}

    def number(self, given: Mapping[str, Any], name: str) -> int:
        value = given.get(name, 0)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        self.problems.append(_wrong(f"/{name}", _("This must be a whole number.")))
        return 0

    def zone(self, name: str) -> ZoneInfo:
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: part of a name, "America"
            self.problems.append(_wrong("/zone", _("There is no zone “{name}”.").format(name=name)))
            return ZoneInfo("UTC")

    def moment(self, given: Mapping[str, Any], name: str, zone: ZoneInfo) -> datetime | None:
        value = given.get(name)
        try:
            value = datetime.fromisoformat(value) if isinstance(value, str) else value
        except ValueError:
            value = 0
        if isinstance(value, date) and not isinstance(value, datetime):
            value = datetime.combine(value, time())
        if isinstance(value, datetime):
            return value if value.tzinfo else value.replace(tzinfo=zone)
        if value is not None:
            message = _("This must be a day or a moment, such as 2026-05-31T10:00.")
            self.problems.append(_wrong(f"/{name}", message))
        return None

    def unknown(self, given: Mapping[str, Any]) -> None:
        for name in given:
            if name not in _KNOWN:
                message, hint = (
                    _("“{name}” is not known here.").format(name=name),
                    did_you_mean(str(name), _KNOWN),
                )
                self.problems.append(Problem("unknown_key", message, hint, pointer=f"/{name}"))


def _wrong(pointer: str, message: str) -> Problem:
    return Problem("wrong_type", message, pointer=pointer)
