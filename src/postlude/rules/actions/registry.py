"""All kinds of action: ours, and those of plug-ins (entry point group `postlude.actions`).

A plug-in's entry point names a `ActionKind`.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from postlude.rules import plugins
from postlude.rules.actions import (
    access_grant,
    amount_off,
    bonus_money,
    coupon,
    gift,
    membership_level,
    message,
    not_usable,
    percent_off,
    points,
    tag,
    temporary_points,
    usable,
)
from postlude.rules.kinds import ActionKind

GROUP = "postlude.actions"
OWN: tuple[ActionKind[Any], ...] = tuple(
    module.KIND
    for module in (
        access_grant,
        amount_off,
        bonus_money,
        coupon,
        gift,
        membership_level,
        message,
        not_usable,
        percent_off,
        points,
        tag,
        temporary_points,
        usable,
    )
)


@cache
def kinds() -> Mapping[str, ActionKind[Any]]:
    """Return every kind of action by name. Raises BrokenPlugin or KindClash, see `plugins`."""
    return plugins.gathered(OWN, ActionKind, GROUP)


def names() -> Mapping[str, str]:
    """Return the kind's name for each name and alias by which a template may call it."""
    return plugins.by_alias(kinds())
