"""Tree to its one text: fewest parentheses, one space around each sign. `parse` undoes it."""

from postlude.rules.language.tokens import is_plain_name
from postlude.rules.language.tree import ActionRef, And, Expression, Leaf, Not, Or, Template


def text_of(template: Template) -> str:
    """Return the canonical text of a template."""
    condition, then = text_of_condition(template.condition), _actions(template.then)
    if template.otherwise is None:
        return f"{condition} -> {then}"
    return f"{condition} ? {then} : {_actions(template.otherwise)}"


def text_of_condition(tree: Expression) -> str:
    """Return the canonical text of a condition."""
    match tree:
        case Leaf():
            return text_of_name(tree)
        case Not(child):
            return f"!{_wrapped(child, And, Or)}"
        case And(children):
            return " && ".join(_wrapped(child, Or, And) for child in children)
        case Or(children):
            return " || ".join(_wrapped(child, Or) for child in children)


def text_of_name(reference: Leaf | ActionRef) -> str:
    """Return `alias` or `alias:kind`, quoted where they need it."""
    alias = quoted(reference.alias)
    return f"{alias}:{quoted(reference.kind)}" if reference.kind else alias


def quoted(name: str) -> str:
    """Return a name as it is written in a template."""
    if is_plain_name(name):
        return name
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _wrapped(tree: Expression, *looser: type[And] | type[Or]) -> str:
    text = text_of_condition(tree)
    return f"({text})" if isinstance(tree, looser) else text


def _actions(actions: tuple[ActionRef, ...]) -> str:
    return " && ".join(text_of_name(each) for each in actions)
