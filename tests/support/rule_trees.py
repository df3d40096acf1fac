"""Templates by the thousand, for tests of properties."""

from hypothesis import strategies as st

from postlude.rules.language import tokens
from postlude.rules.language.printing import quoted, text_of_name
from postlude.rules.language.tree import ActionRef, And, Expression, Leaf, Not, Or, Template

PLAIN = ["a", "b", "c1", "first_n", "实付金额", "起止时间", "скидка", "and", "not", "é", "_x"]
plain_names = st.sampled_from(PLAIN)
odd_names = st.text(
    st.sampled_from([*'ab "\\:()!&|-?>1 前名', "é", "\u0301", "\u3000"]),
    min_size=1,
    max_size=8,
).map(tokens.normal)
any_names = st.one_of(
    plain_names,
    odd_names,
    st.text(min_size=1, max_size=12)
    .filter(lambda text: all(tokens.may_stand_in_name(char) for char in text))
    .map(tokens.normal),
)


def _kinds(names: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(st.just(""), names)


def conditions(
    names: st.SearchStrategy[str] = any_names, *, leaves: int = 12
) -> st.SearchStrategy[Expression]:
    """Return conditions in the parser's form: no `&&` right in an `&&`, no `||` right in an `||`."""
    leaf = st.builds(Leaf, names, _kinds(names))

    def joined(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
        some = st.lists(inner, min_size=2, max_size=4)
        return st.one_of(
            inner.map(Not),
            some.map(lambda parts: And(_flat(And, parts))),
            some.map(lambda parts: Or(_flat(Or, parts))),
        )

    return st.recursive(leaf, joined, max_leaves=leaves)


def _flat(join: type[And] | type[Or], parts: list[Expression]) -> tuple[Expression, ...]:
    return tuple(
        deep for each in parts for deep in (each.children if isinstance(each, join) else (each,))
    )


def templates(names: st.SearchStrategy[str] = any_names) -> st.SearchStrategy[Template]:
    acts = st.lists(st.builds(ActionRef, names, _kinds(names)), min_size=1, max_size=3).map(tuple)
    return st.builds(Template, conditions(names), acts, st.one_of(st.none(), acts))


def spelled(template: Template, spaces: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Return texts of a template with other spaces and needless parentheses and quotes."""

    @st.composite
    def write(draw: st.DrawFn) -> str:
        def gap() -> str:
            return draw(spaces)

        def name(each: Leaf | ActionRef) -> str:
            if draw(st.booleans()):
                return text_of_name(each)
            return _always_quoted(each.alias) + (f":{quoted(each.kind)}" if each.kind else "")

        def tree(each: Expression) -> str:
            match each:
                case Leaf():
                    text = name(each)
                case Not(child):
                    text = f"!{gap()}{grouped(child, And, Or)}"
                case And(children):
                    text = f"{gap()}&&{gap()}".join(grouped(child, Or) for child in children)
                case Or(children):
                    text = f"{gap()}||{gap()}".join(tree(child) for child in children)
            return f"({gap()}{text}{gap()})" if draw(st.integers(0, 4)) == 0 else text

        def grouped(each: Expression, *looser: type) -> str:
            return f"({gap()}{tree(each)}{gap()})" if isinstance(each, looser) else tree(each)

        def acts(them: tuple[ActionRef, ...]) -> str:
            return f"{gap()}&&{gap()}".join(map(name, them))

        head, then = tree(template.condition), acts(template.then)
        if template.otherwise is None:
            return f"{gap()}{head}{gap()}->{gap()}{then}{gap()}"
        # Beside the else part's colon stands a space: `a:b` is a name with its kind.
        return f"{gap()}{head}{gap()}?{gap()}{then}{gap()} : {gap()}{acts(template.otherwise)}"

    return write()


def _always_quoted(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
