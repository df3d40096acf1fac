"""Rules that name each other as sub-rules, bound from the innermost outwards."""

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any

from django.utils.translation import gettext as _

from postlude.rules.authoring.binding import bind
from postlude.rules.authoring.sources import Bound, Catalogue, Source
from postlude.rules.language.spans import Problem
from postlude.rules.rule import Rule

Graph = dict[str, list[str]]


def bind_all(
    sources: Mapping[str, Source], catalogue: Catalogue, rules: Mapping[str, Rule] | None = None
) -> dict[str, Bound]:
    """Return each source's rule or problems, by key. `rules` are others that they may name.

    Each rule of a circle has an error that shows the circle; one that only leads to a rule with
    mistakes says that.
    """
    graph: Graph = {key: sorted(_named(sources[key], sources)) for key in sorted(sources)}
    absent: dict[str, Problem] = {}
    for circle in _taken_out(graph):
        absent.update(dict.fromkeys(circle, _round(circle)))
    ready, done = dict(rules or {}), dict[str, Bound]()
    for key in (*TopologicalSorter(graph).static_order(), *absent):
        bound = done[key] = bind(sources[key], catalogue, ready, absent)
        if bound.rule is None:
            absent.setdefault(key, _spoilt(key))
        else:
            ready[key] = bound.rule
    return {key: done[key] for key in sources}


def _named(source: Source, sources: Mapping[str, Source]) -> Iterator[str]:
    definition: Any
    for definition in source.conditions.values():
        rule = definition.get("rule") if isinstance(definition, Mapping) else None
        if isinstance(rule, str) and rule in sources:
            yield rule


def _taken_out(graph: Graph) -> Iterator[list[str]]:
    """Take circles out of the graph, one after the other, until there is none."""
    while True:
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            circle = list(reversed(error.args[1][1:]))
            for key in circle:
                del graph[key]
            for key, named in graph.items():
                graph[key] = [each for each in named if each not in circle]
            yield circle
        else:
            return


def _round(circle: list[str]) -> Problem:
    path = " → ".join(f"“{each}”" for each in (*circle, circle[0]))
    message = _("These rules go round in a circle: {path}.").format(path=path)
    return Problem("rules_in_a_circle", message, _("A rule cannot stand in itself."))


def _spoilt(key: str) -> Problem:
    message = _("The rule “{key}” has mistakes of its own.").format(key=key)
    return Problem("broken_rule", message, _("Mend that one first."))
