"""The template engine: sandboxed, strict about unknown names, and bounded in work."""

from collections.abc import Mapping
from typing import Any

import minijinja

FUEL = 200_000
_BUILT_IN = {"range", "dict", "namespace"}  # `debug` stays unknown: it would print everything
_BARE = minijinja.Environment()


def _escaping(name: str) -> str | None:
    return "html" if name.endswith(".html") else None


def environment(sources: Mapping[str, str]) -> minijinja.Environment:
    """Compile named sources. Names that end in `.html` escape what is filled in, others do not.

    A name nobody fills is an error, except when only asked for (`{% if access.youtube %}`). Not
    in debug mode: its messages would quote personal values.
    """
    made: minijinja.Environment = minijinja.Environment(  # type: ignore[call-overload]
        auto_escape_callback=_escaping,
        undefined_behavior="semi_strict",  # the stubs do not know it yet
        fuel=FUEL,
        debug=False,
    )
    for name, source in sources.items():
        made.add_template(name, source)
    return made


def render(env: minijinja.Environment, name: str, values: Mapping[str, Any]) -> str:
    """Render one source. In HTML a slash stays a slash: escaping it protects nothing in texts and
    attributes, and links that read `http:&#x2f;&#x2f;` look like a trick to mail scanners.
    """
    made: str = env.render_template(name, **values)
    return made.replace("&#x2f;", "/") if name.endswith(".html") else made


def names_in(source: str) -> set[str]:
    """Return the placeholders of a source, dotted ("access.gather"), without loop variables."""
    try:
        return set(_BARE.undeclared_variables_in_str(source, nested=True)) - _BUILT_IN
    except minijinja.TemplateError:
        return set()


def problem(error: minijinja.TemplateError) -> tuple[int, str]:
    """Return line and words of an error."""
    return error.line or 1, str(error.detail or error.message)
