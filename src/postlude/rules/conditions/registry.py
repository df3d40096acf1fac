"""All kinds of condition: ours, and those of plug-ins (entry point group `postlude.conditions`).

Ours are the modules beside this one that have a `KIND`. A plug-in's entry point names a
`ConditionKind`.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from postlude.rules import conditions, plugins
from postlude.rules.kinds import ConditionKind

GROUP = "postlude.conditions"
OWN: tuple[ConditionKind[Any], ...] = tuple(plugins.beside(conditions, ConditionKind))


@cache
def kinds() -> Mapping[str, ConditionKind[Any]]:
    """Return every kind of condition by name. Raises BrokenPlugin or KindClash, see `plugins`."""
    return plugins.gathered(OWN, ConditionKind, GROUP)


def names() -> Mapping[str, str]:
    """Return the kind's name for each name and alias by which a template may call it."""
    return plugins.by_alias(kinds())
