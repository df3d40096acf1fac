"""Parameters read by their kind; each mistake with its JSON pointer."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from django.utils.translation import gettext as _
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from postlude.kernel.errors import N_
from postlude.rules.authoring.sources import pointer
from postlude.rules.kinds import Binding, Params
from postlude.rules.language.spans import Problem, Span
from postlude.rules.language.suggesting import did_you_mean

_WORDS = {
    "string_type": N_("This must be a text."),
    "int_type": N_("This must be a whole number."),
    "bool_type": N_("This must be true or false."),
    "tuple_type": N_("This must be a list."),
    "list_type": N_("This must be a list."),
    "date_type": N_("This must be a day."),
    "greater_than_equal": N_("This must be at least {ge}."),
    "less_than_equal": N_("This must be at most {le}."),
    "string_too_short": N_("This must have at least {min_length} characters."),
    "string_too_long": N_("This must have at most {max_length} characters."),
    "too_short": N_("This must have at least {min_length} elements."),
    "too_long": N_("This must have at most {max_length} elements."),
    "literal_error": N_("This must be one of: {expected}."),
    "string_pattern_mismatch": N_("This does not look like “{pattern}”."),
    "model_type": N_("This must be a mapping of names to values."),
}


class Kind(Protocol):
    """What kinds of conditions and of actions have in common here."""

    @property
    def name(self) -> str: ...
    @property
    def params(self) -> type[Params]: ...
    def check(self, params: Any, binding: Binding, /) -> Sequence[Problem]: ...


def read(
    kind: Kind, raw: Mapping[str, Any], binding: Binding, at: tuple[str, ...], span: Span
) -> Params | tuple[Problem, ...]:
    """Return the parameters, or everything that is wrong with them.

    `at` is the place of the definition, `span` that of its name in the template. A currency that is
    not the rule's is an error here, never a condition that is quietly false.
    """
    try:
        params = kind.params.model_validate(dict(raw))
    except ValidationError as error:
        return tuple(_problem(kind, each, at, span) for each in error.errors(include_url=False))
    found = tuple(_placed(each, at, span) for each in kind.check(params, binding))
    return found or params


def _placed(problem: Problem, at: tuple[str, ...], span: Span) -> Problem:
    return replace(problem, span=span, pointer=pointer(*at, "params") + problem.pointer)


def _problem(kind: Kind, error: ErrorDetails, at: tuple[str, ...], span: Span) -> Problem:
    where = pointer(*at, "params", *error["loc"])
    name = str(error["loc"][-1]) if error["loc"] else ""
    match error["type"]:
        case "missing":
            message, hint = (
                _("“{name}” is missing.").format(name=name),
                _("“{kind}” needs it.").format(kind=kind.name),
            )
            return Problem("missing_parameter", message, hint, span, where)
        case "extra_forbidden":
            message, hint = (
                _("“{kind}” has no parameter “{name}”.").format(kind=kind.name, name=name),
                _known(kind, error["loc"]),
            )
            return Problem("unknown_parameter", message, hint, span, where)
        case "value_error":
            words = error["msg"].removeprefix("Value error, ").rstrip(".")
            message = _("{words}.").format(words=f"{words[:1].upper()}{words[1:]}")
            return Problem("bad_parameter", message, "", span, where)
        case other:
            message = _message(other, error)
            return Problem("bad_parameter", message, _given(error), span, where)


def _message(type_: str, error: ErrorDetails) -> str:
    """Return the message in our words; of a mistake that none of ours makes, as it is."""
    if type_ not in _WORDS:
        return f"{error['msg'].rstrip('.')}."
    return _(_WORDS[type_]).format(**error.get("ctx", {}))


def _known(kind: Kind, place: tuple[int | str, ...]) -> str:
    # Only the names of the outermost level are looked up: parameters are flat, but for plug-ins'.
    return did_you_mean(str(place[-1]), kind.params.model_fields) if len(place) == 1 else ""


def _given(error: ErrorDetails) -> str:
    value = error["input"]
    return (
        _("It is {value!r}.").format(value=value)
        if isinstance(value, str | int | float | None)
        else ""
    )
