"""Whose browser it is, asked without writing anything down."""

from collections.abc import Sequence

from postlude.people.aliases import canonical
from postlude.people.browsers import choose
from postlude.people.types import Visited
from postlude.people.visiting import _held as held


def look_at_browsers(org: int, asked: Sequence[tuple[str, str]]) -> list[Visited | None]:
    """Return for each (cid, member) the visitor and whom that leads to; None: never seen.

    Only what `visit_many` has kept counts: who merely says a member's number is nobody.
    """
    browsers = held(org, sorted({cid for cid, _ in asked}))
    found = []
    for cid, member in asked:
        one = choose(browsers.get(cid, {}).values(), member)
        theirs = one is not None and member in {"", one.member}
        contact = one.contact if one is not None and theirs else None
        found.append(None if one is None else Visited(one.id, contact))
    heads = canonical(org, {each.contact for each in found if each and each.contact is not None})
    return [
        None if each is None else Visited(each.visitor, heads.get(each.contact or 0))
        for each in found
    ]
