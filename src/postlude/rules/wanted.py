"""A condition by itself, without a rule around it: who is meant, out of everybody or out of some.

It is written like the left side of a template, with the parameters of its names beside it.
"""

import json
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from functools import lru_cache

from postlude.kernel.errors import AppError
from postlude.rules import audiences, checking, definitions
from postlude.rules.authoring.binding import bind
from postlude.rules.compiling.closures import matcher
from postlude.rules.compiling.completing import Completion
from postlude.rules.compiling.normalising import condition
from postlude.rules.compiling.reading import facts_read
from postlude.rules.contexts import contexts
from postlude.rules.errors import RuleBroken
from postlude.rules.language.spans import Problem, Severity
from postlude.rules.rule import Rule
from postlude.rules.sourcing import catalogue, source
from postlude.rules.types import Params, RuleDefinition

_KEY, _EFFECT = "wanted", " -> usable"
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)


def wanted_problems(  # noqa: PLR0913 - a condition is what it is made of
    text: str,
    where: Mapping[str, Params],
    names: Mapping[str, str],
    *,
    currency: str,
    zone: str,
    audience: bool,
) -> tuple[Problem, ...]:
    """Return every mistake in a condition; pointers are `/where/ALIAS/…`.

    With `audience` it must be one by which people can be chosen out of everybody.
    """
    written = _definition(text, where, names, currency, zone)
    found = tuple(
        each
        for each in checking.check([written], {}).get(_KEY, ())
        if each.severity is Severity.ERROR
    )
    if found or not audience:
        return found
    try:
        audiences.statement(0, _bound(written), now=_ANY_TIME)
    except AppError as error:
        return (Problem(error.code, error.text(), error.hint),)
    return ()


def wanted(
    text: str, where: Mapping[str, Params], names: Mapping[str, str], *, currency: str, zone: str
) -> Rule:
    """Return the condition ready to be asked. Raises RuleBroken where it has mistakes."""
    return _bound(_definition(text, where, names, currency, zone))


def among(org: int, rule: Rule, contacts: Collection[int], *, now: datetime) -> set[int]:
    """Return for whom of these contacts the condition of `rule` is true at `now`."""
    asked = condition(rule)
    facts, holds = facts_read(asked), matcher(asked)
    complete = Completion(facts).complete
    known = contexts(org, contacts, now=now, facts=facts, only_named=True)
    return {contact for contact, each in known.items() if holds(complete(each))}


def _definition(
    text: str, where: Mapping[str, Params], names: Mapping[str, str], currency: str, zone: str
) -> RuleDefinition:
    return RuleDefinition(
        key=_KEY,
        title="",
        business="notice",
        template=f"{text}{_EFFECT}",
        where=where,
        names=names,
        currency=currency,
        zone=zone,
    )


def _bound(written: RuleDefinition) -> Rule:
    return _bound_as(json.dumps(definitions.as_json(written), sort_keys=True))


@lru_cache(maxsize=256)
def _bound_as(stored: str) -> Rule:
    bound = bind(source(definitions.of_json(_KEY, json.loads(stored))), catalogue())
    if bound.rule is None:
        raise RuleBroken(key=_KEY, problem=bound.errors[0].message)
    return bound.rule
