"""Whether a definition has the shape that it must have, before its parameters are read."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from postlude.kernel.errors import N_
from postlude.rules.authoring.sources import pointer
from postlude.rules.language.spans import Problem, Span
from postlude.rules.language.suggesting import did_you_mean

CONDITION = ("kind", "params", "priority")
SUB_RULE = ("rule", "priority")
ACTION = ("kind", "params")
_HIGHEST = 1_000_000
_UNUSED = {
    "conditions": N_("There is no condition “{name}” in the template."),
    "actions": N_("There is no action “{name}” in the template."),
}


@dataclass(frozen=True, slots=True)
class Definition:
    """What an author says of one alias; `given` tells whether anything was said."""

    kind: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    priority: int = 0
    rule: str = ""
    given: bool = False


def read(raw: Any, at: tuple[str, str], span: Span, problems: list[Problem]) -> Definition:
    """Read one definition; what is wrong with its shape is added to `problems`.

    `at` is its place: "conditions" or "actions", and the alias.
    """
    if raw is None:
        return Definition()
    if not isinstance(raw, Mapping):
        problems.append(_wrong(at, (), span, _("This must be a mapping of names to values.")))
        return Definition(given=True)
    known = ACTION if at[0] == "actions" else SUB_RULE if "rule" in raw else CONDITION
    problems.extend(_unknown(raw, known, at, span))
    return Definition(
        kind=_text(raw, "kind", at, span, problems) if "kind" in known else "",
        params=_params(raw, at, span, problems),
        priority=_priority(raw, at, span, problems),
        rule=_text(raw, "rule", at, span, problems) if "rule" in known else "",
        given=True,
    )


def unused(defined: Mapping[str, Any], used: Collection[str], place: str) -> Iterator[Problem]:
    """Yield a problem for each definition whose alias is not in the template."""
    for alias in defined:
        if alias not in used:
            yield Problem(
                "unused_definition",
                _(_UNUSED[place]).format(name=alias),
                did_you_mean(str(alias), used),
                pointer=pointer(place, alias),
            )


def _unknown(
    raw: Mapping[str, Any], known: tuple[str, ...], at: tuple[str, str], span: Span
) -> Iterator[Problem]:
    for name in raw:
        if name not in known:
            hint = did_you_mean(str(name), known)
            message = _("“{name}” is not known here.").format(name=name)
            yield Problem("unknown_key", message, hint, span, pointer(*at, name))


def _text(
    raw: Mapping[str, Any], name: str, at: tuple[str, str], span: Span, problems: list[Problem]
) -> str:
    value = raw.get(name, "")
    if isinstance(value, str):
        return value
    problems.append(_wrong(at, (name,), span, _("This must be a text.")))
    return ""


def _params(
    raw: Mapping[str, Any], at: tuple[str, str], span: Span, problems: list[Problem]
) -> Mapping[str, Any]:
    params = raw.get("params")
    if params is None:
        return {}
    if isinstance(params, Mapping):
        return params
    problems.append(_wrong(at, ("params",), span, _("This must be a mapping of names to values.")))
    return {}


def _priority(
    raw: Mapping[str, Any], at: tuple[str, str], span: Span, problems: list[Problem]
) -> int:
    value = raw.get("priority", 0)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _HIGHEST:
        return value
    message = _("This must be a whole number from -{highest} to {highest}.").format(
        highest=_HIGHEST
    )
    problems.append(_wrong(at, ("priority",), span, message))
    return 0


def _wrong(at: tuple[str, str], below: tuple[str, ...], span: Span, message: str) -> Problem:
    return Problem("wrong_type", message, "", span, pointer(*at, *below))
