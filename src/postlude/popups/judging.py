"""Whom a popup is for. Pure."""

from postlude.popups.types import Target, Who


def is_for(target: Target, who: Who) -> bool:
    """Say whether a popup is for a person, as far as the server judges."""
    if target.levels and who.level not in target.levels:
        return False
    if target.tags and not target.tags & who.tags:
        return False
    return target.has_line is None or target.has_line == who.has_line
