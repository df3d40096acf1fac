"""Ways through a tree."""

from collections.abc import Iterator

from postlude.rules.language.tree import ActionRef, Expression, Leaf, Not, Template


def leaves(tree: Expression) -> Iterator[Leaf]:
    """Yield the leaves from left to right, each as often as it stands there."""
    for leaf, _ in leaves_and_negation(tree):
        yield leaf


def leaves_and_negation(tree: Expression, *, negated: bool = False) -> Iterator[tuple[Leaf, bool]]:
    """Yield the leaves from left to right, and whether any `!` stands above them."""
    match tree:
        case Leaf():
            yield tree, negated
        case Not(child):
            yield from leaves_and_negation(child, negated=True)
        case _:
            for child in tree.children:
                yield from leaves_and_negation(child, negated=negated)


def actions(template: Template) -> Iterator[ActionRef]:
    """Yield the actions of both branches, in the order of the text."""
    yield from template.then
    yield from template.otherwise or ()
