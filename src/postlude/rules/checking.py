"""Everything that is wrong with a set of definitions, before any of it comes into force. Pure."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from django.utils.translation import gettext as _

from postlude.rules.authoring.binding_all import bind_all
from postlude.rules.language.spans import Problem
from postlude.rules.language.suggesting import did_you_mean
from postlude.rules.parameters import YEARS, storable
from postlude.rules.sourcing import catalogue, source
from postlude.rules.types import Group, RuleDefinition

_WORDED = {"conditions": "where", "actions": "give"}
_CURRENCY = re.compile(r"[A-Z]{3}")
_TEXTS = ("key", "title", "business", "carrier", "merchant", "group")
_PARAMS = 2  # /conditions/ALIAS/params/…


def check(
    rules: Sequence[RuleDefinition], groups: Mapping[str, Group]
) -> dict[str, tuple[Problem, ...]]:
    """Return the problems of each rule that has any, errors and warnings.

    Pointers are as in a definition: `/where/ALIAS/…`, `/give/ALIAS/…`, `/excludes/0`, `/group`.
    """
    bound = bind_all({rule.key: source(rule) for rule in rules}, catalogue())
    keys = {rule.key for rule in rules}
    found = {
        rule.key: (
            *map(_placed, bound[rule.key].problems),
            *_attributes(rule, keys, groups),
        )
        for rule in rules
    }
    return {key: problems for key, problems in found.items() if problems}


def _placed(problem: Problem) -> Problem:
    """Say the place in the words of a definition, where parameters stand beside the kind."""
    steps = problem.pointer.split("/")[1:]
    if not steps or steps[0] not in _WORDED:
        return problem
    steps[0] = _WORDED[steps[0]]
    if len(steps) > _PARAMS and steps[_PARAMS] == "params":
        del steps[_PARAMS]
    return replace(problem, pointer="".join(f"/{step}" for step in steps))


def _attributes(
    rule: RuleDefinition, keys: Collection[str], groups: Mapping[str, Group]
) -> list[Problem]:
    found = [
        Problem(
            "unknown_rule",
            _("There is no rule “{other}” to exclude.").format(other=other),
            did_you_mean(other, keys),
            pointer=f"/excludes/{place}",
        )
        for place, other in enumerate(rule.excludes)
        if other not in keys
    ]
    if rule.key in rule.excludes:
        message = _("A rule cannot exclude itself.")
        found.append(Problem("excludes_itself", message, pointer="/excludes"))
    if rule.group and not any(_within(rule.group, path) for path in groups):
        message = _("There is no group “{group}”.").format(group=rule.group)
        hint = did_you_mean(rule.group, groups)
        found.append(Problem("unknown_group", message, hint, pointer="/group"))
    found += _home(rule)
    if rule.starts and rule.ends and rule.ends <= rule.starts:
        message = _("The rule ends before it starts.")
        found.append(Problem("never_on_line", message, _("Swap the two."), pointer="/ends"))
    return found


def _home(rule: RuleDefinition) -> list[Problem]:
    """Return what is wrong with where and when a rule is at home."""
    found = [
        Problem("wrong_type", _sentence(str(error)), pointer=f"/{name}")
        for name in _TEXTS
        if (error := _unstorable(getattr(rule, name)))
    ]
    if rule.currency and not _CURRENCY.fullmatch(rule.currency):
        message = _("There is no currency {currency}.").format(currency=rule.currency)
        found.append(Problem("bad_currency", message, pointer="/currency"))
    for name, moment in (("starts", rule.starts), ("ends", rule.ends)):
        if moment is not None and not YEARS[0] <= moment.year <= YEARS[1]:
            message = _sentence(_("give a year from 1970 to 2200"))
            found.append(Problem("bad_moment", message, pointer=f"/{name}"))
    return found


def _sentence(words: str) -> str:
    return _("{words}.").format(words=f"{words[:1].upper()}{words[1:]}")


def _unstorable(text: str) -> ValueError | None:
    """Return why a database could not keep a text: SQLite would, PostgreSQL would not."""
    try:
        storable(text)
    except ValueError as error:
        return error
    return None


def _within(group: str, path: str) -> bool:
    return path == group or group.startswith(f"{path}/")
