"""What must not stand under `!`: what is taken when the rule holds, and what denies."""

from collections.abc import Iterator, Mapping

from django.utils.translation import gettext as _

from postlude.rules.kinds import Phase
from postlude.rules.language.spans import Problem
from postlude.rules.language.tree import Expression, Leaf
from postlude.rules.language.walking import leaves, leaves_and_negation
from postlude.rules.rule import BoundLeaf, Rule, SubRule

Meanings = Mapping[str, BoundLeaf | SubRule]


def refused(tree: Expression, meanings: Meanings) -> Iterator[Problem]:
    """Yield an error for each claim (also in a sub-rule) and deny list anywhere under a `!`."""
    for leaf, negated in leaves_and_negation(tree):
        meaning = meanings.get(leaf.alias)
        if negated and meaning is not None:
            yield from _refused(leaf, meaning)


def _refused(leaf: Leaf, meaning: BoundLeaf | SubRule) -> Iterator[Problem]:
    if isinstance(meaning, SubRule):
        claims = ", ".join(f"“{each}”" for each in claims_of(meaning.rule))
        if claims:
            yield Problem(
                "claim_under_not",
                _("“{alias}” takes something scarce ({claims}) and cannot stand under “!”.").format(
                    alias=leaf.alias, claims=claims
                ),
                _("A sub-rule under “!” must have no claims."),
                leaf.span,
            )
    elif meaning.kind.phase is Phase.CLAIM:
        yield Problem(
            "claim_under_not",
            _("“{alias}” takes something scarce and cannot stand under “!”.").format(
                alias=leaf.alias
            ),
            _("To do something when nothing is left, use “condition ? actions : other actions”."),
            leaf.span,
        )
    elif is_veto(meaning):
        yield Problem(
            "deny_under_not",
            _("“{alias}” is a deny list: under “!” it would allow what it denies.").format(
                alias=leaf.alias
            ),
            _("Make it an allow list, without “!”."),
            leaf.span,
        )


def is_veto(meaning: BoundLeaf | SubRule) -> bool:
    """Return whether a leaf is a deny list."""
    if isinstance(meaning, SubRule) or meaning.kind.vetoes is None:
        return False
    return meaning.kind.vetoes(meaning.params)


def claims_of(rule: Rule) -> Iterator[str]:
    """Yield the aliases of a rule's claims, those of its sub-rules as `outer/inner`."""
    for alias in dict.fromkeys(leaf.alias for leaf in leaves(rule.template.condition)):
        meaning = rule.leaves[alias]
        if isinstance(meaning, SubRule):
            yield from (f"{alias}/{inner}" for inner in claims_of(meaning.rule))
        elif meaning.kind.phase is Phase.CLAIM:
            yield alias
