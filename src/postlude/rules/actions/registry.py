"""All kinds of action: ours, and those of plug-ins (entry point group `postlude.actions`).

Ours are the modules beside this one that have a `KIND`. A plug-in's entry point names an
`ActionKind`.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from postlude.rules import actions, plugins
from postlude.rules.kinds import ActionKind

GROUP = "postlude.actions"
OWN: tuple[ActionKind[Any], ...] = tuple(plugins.beside(actions, ActionKind))


@cache
def kinds() -> Mapping[str, ActionKind[Any]]:
    """Return every kind of action by name. Raises BrokenPlugin or KindClash, see `plugins`."""
    return plugins.gathered(OWN, ActionKind, GROUP)


def names() -> Mapping[str, str]:
    """Return the kind's name for each name and alias by which a template may call it."""
    return plugins.by_alias(kinds())
