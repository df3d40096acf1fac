"""Short texts of other rooms, filled by the engine that renders messages: sandboxed and bounded."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import minijinja

from postlude.messages import engine
from postlude.messages.errors import TemplateSyntax


def fill(sources: Mapping[str, str], values: Mapping[str, Any]) -> dict[str, str]:
    """Return each text filled in, as plain text: whoever writes it into HTML escapes it there.

    Raises TemplateSyntax for what cannot be rendered.
    """
    made = _environment(tuple(sorted(sources.items())))
    return {name: _filled(made, name, values) for name in sources}


def _filled(made: minijinja.Environment, name: str, values: Mapping[str, Any]) -> str:
    try:
        return engine.render(made, f"{name}.txt", values)
    except minijinja.TemplateError as error:
        line, words = engine.problem(error)
        raise TemplateSyntax(locale="-", part=name, line=line, problem=words) from None


@lru_cache(maxsize=512)
def _environment(sources: tuple[tuple[str, str], ...]) -> minijinja.Environment:
    return engine.environment({f"{name}.txt": source for name, source in sources})
