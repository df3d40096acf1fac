"""Deny lists are vetoes: they are taken out of the `||` they stand in. Pure.

Read to the letter, `not_tobacco || member_goods` would let tobacco in that is also a member's good,
and two deny lists joined by `||` would deny only what is on both. So a deny list under `||` is
hoisted above it: the scope holds when no deny list hits and, if there are other conditions at all,
any of them holds. This is so for every business, whether or not it calls its template a scope:
deny beats allow everywhere. Who wants the opposite writes the list as an allow list and negates it:
`vip || !listed`.
"""

from collections.abc import Collection

from postlude.rules.language.tree import And, Expression, Leaf, Not, Or


def hoisted(tree: Expression, vetoes: Collection[str]) -> Expression:
    """Return the condition with the deny lists (by alias) taken out of every `||`."""
    match tree:
        case Leaf() | Not():  # a deny list under `!` is refused when a rule is bound
            return tree
        case And(children):
            return _all([hoisted(child, vetoes) for child in children], tree)
        case Or():
            rest, found = _split(tree, vetoes)
            if not found:
                return tree
            once = {leaf.alias: leaf for leaf in reversed(found)}
            return _all([*reversed(once.values()), *([] if rest is None else [rest])], tree)


def _split(tree: Expression, vetoes: Collection[str]) -> tuple[Expression | None, list[Leaf]]:
    """Return what is left without the deny lists (None for nothing), and these."""
    match tree:
        case Leaf():
            return (None, [tree]) if tree.alias in vetoes else (tree, [])
        case Not():
            return tree, []
    parts = [_split(child, vetoes) for child in tree.children]
    found = [leaf for _, leaves in parts for leaf in leaves]
    rest = [part for part, _ in parts if part is not None]
    if not found:
        return tree, found
    return (_joined(type(tree), rest, tree) if rest else None), found


def _all(parts: list[Expression], origin: Expression) -> Expression:
    return _joined(And, parts, origin)


def _joined(join: type[And] | type[Or], parts: list[Expression], origin: Expression) -> Expression:
    """Join in the parser's form: one part stands alone, and parts joined alike are spread out."""
    flat = tuple(
        deep for each in parts for deep in (each.children if isinstance(each, join) else (each,))
    )
    return flat[0] if len(flat) == 1 else join(flat, origin.span)
