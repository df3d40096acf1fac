"""A template's text, with parameters for its names, becomes a rule. All mistakes come at once."""

from collections.abc import Mapping
from dataclasses import replace

from django.utils.translation import gettext as _

from postlude.rules.authoring import parameters, shapes
from postlude.rules.authoring.hoisting import hoisted
from postlude.rules.authoring.kinds_of import kind_of
from postlude.rules.authoring.negation import is_veto, refused
from postlude.rules.authoring.shapes import Definition
from postlude.rules.authoring.sources import Bound, Catalogue, Source, pointer
from postlude.rules.kinds import Params
from postlude.rules.language.analysis import analyse, kinds_in_text
from postlude.rules.language.parsing import parse
from postlude.rules.language.spans import Problem, Severity
from postlude.rules.language.suggesting import did_you_mean
from postlude.rules.language.tree import ActionRef, Leaf, Template
from postlude.rules.language.walking import actions, leaves
from postlude.rules.rule import BoundAction, BoundLeaf, Rule, SubRule

DEEPEST_SUB_RULES = 5


def bind(
    source: Source,
    catalogue: Catalogue,
    rules: Mapping[str, Rule] | None = None,
    absent: Mapping[str, Problem] | None = None,
) -> Bound:
    """Return the rule that a source means, or everything that is wrong with it.

    `rules` are those that its sub-rules may name, by key, and `absent` says of others why they
    cannot be had; `bind_all` gives both.
    """
    parsed = parse(source.text)
    if parsed.template is None:
        return Bound(None, parsed.problems)
    binder = _Binder(source, catalogue, rules or {}, absent or {})
    binder.problems = [*parsed.problems, *analyse(parsed.template)]
    meanings, acts = binder.conditions(parsed.template), binder.actions(parsed.template)
    binder.problems += refused(parsed.template.condition, meanings)
    problems = tuple(binder.problems)
    if any(each.severity is Severity.ERROR for each in problems):
        return Bound(None, problems)
    return Bound(_rule(source, parsed.template, meanings, acts), problems)


def _rule(
    source: Source,
    written: Template,
    meanings: Mapping[str, BoundLeaf | SubRule],
    acts: Mapping[str, BoundAction],
) -> Rule:
    vetoes = {alias for alias, meaning in meanings.items() if is_veto(meaning)}
    return Rule(
        id=source.id,
        key=source.key,
        title=source.title,
        template=replace(written, condition=hoisted(written.condition, vetoes)),
        source=source.text,
        leaves=meanings,
        actions=acts,
        binding=source.binding,
        attributes=source.attributes,
    )


def depth(rule: Rule) -> int:
    """Return how many rules stand within each other: 1 for one without sub-rules."""
    inner = [depth(each.rule) for each in rule.leaves.values() if isinstance(each, SubRule)]
    return 1 + max(inner, default=0)


class _Binder:
    def __init__(
        self,
        source: Source,
        catalogue: Catalogue,
        rules: Mapping[str, Rule],
        absent: Mapping[str, Problem],
    ) -> None:
        self._source = source
        self._catalogue = catalogue
        self._rules = rules
        self._absent = absent
        self.problems: list[Problem] = []

    def conditions(self, template: Template) -> dict[str, BoundLeaf | SubRule]:
        """Bind each alias of the condition once."""
        found = [leaf for leaf in leaves(template.condition) if leaf.alias]
        kinds = kinds_in_text(found)
        first = {leaf.alias: replace(leaf, kind=kinds[leaf.alias]) for leaf in reversed(found)}
        meanings: dict[str, BoundLeaf | SubRule] = {}
        for alias in kinds:
            meaning = self._condition(first[alias])
            if meaning is not None:
                meanings[alias] = meaning
        self.problems += shapes.unused(self._source.conditions, kinds, "conditions")
        return meanings

    def actions(self, template: Template) -> dict[str, BoundAction]:
        """Bind each alias of the actions of both branches once."""
        found = list(actions(template))
        kinds = kinds_in_text(found)
        first = {each.alias: replace(each, kind=kinds[each.alias]) for each in reversed(found)}
        acts = {alias: self._action(first[alias]) for alias in kinds}
        self.problems += shapes.unused(self._source.actions, kinds, "actions")
        return {alias: act for alias, act in acts.items() if act is not None}

    def _condition(self, leaf: Leaf) -> BoundLeaf | SubRule | None:
        at = ("conditions", leaf.alias)
        raw = self._source.conditions.get(leaf.alias)
        definition = shapes.read(raw, at, leaf.span, self.problems)
        if definition.rule:
            return self._sub_rule(leaf, definition)
        kind = kind_of(
            leaf, definition, self._catalogue.conditions, self._catalogue.condition_names
        )
        if isinstance(kind, Problem):
            self.problems.append(kind)
            return None
        params = self._params(kind, definition, at, leaf)
        if params is None:
            return None
        return BoundLeaf(leaf.alias, kind, params, definition.priority)

    def _sub_rule(self, leaf: Leaf, definition: Definition) -> SubRule | None:
        rule = self._rules.get(definition.rule)
        if rule is None:
            problem = self._absent.get(definition.rule) or Problem(
                "unknown_rule",
                _("There is no rule “{rule}”.").format(rule=definition.rule),
                did_you_mean(definition.rule, self._rules),
            )
        elif depth(rule) >= DEEPEST_SUB_RULES:
            message = _("Sub-rules stand more than {most} deep within each other.").format(
                most=DEEPEST_SUB_RULES
            )
            problem = Problem("sub_rules_too_deep", message)
        else:
            return SubRule(leaf.alias, rule, definition.priority)
        where = pointer("conditions", leaf.alias, "rule")
        self.problems.append(replace(problem, span=leaf.span, pointer=where))
        return None

    def _action(self, reference: ActionRef) -> BoundAction | None:
        at = ("actions", reference.alias)
        raw = self._source.actions.get(reference.alias)
        definition = shapes.read(raw, at, reference.span, self.problems)
        kind = kind_of(reference, definition, self._catalogue.actions, self._catalogue.action_names)
        if isinstance(kind, Problem):
            self.problems.append(kind)
            return None
        params = self._params(kind, definition, at, reference)
        return None if params is None else BoundAction(reference.alias, kind, params)

    def _params(
        self,
        kind: parameters.Kind,
        definition: Definition,
        at: tuple[str, str],
        reference: Leaf | ActionRef,
    ) -> Params | None:
        read = parameters.read(kind, definition.params, self._source.binding, at, reference.span)
        if not isinstance(read, tuple):
            return read
        if definition.given:
            self.problems += read
        else:
            needs = " ".join(each.message for each in read)
            message = _("“{alias}” has no parameters.").format(alias=reference.alias)
            hint = _("Define it under `{place}`. {needs}").format(place=at[0], needs=needs)
            place = pointer(*at)
            self.problems.append(
                Problem("missing_parameters", message, hint, reference.span, place)
            )
        return None
