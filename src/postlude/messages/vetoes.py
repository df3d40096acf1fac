"""A last word of the rooms above on messages of theirs, asked right before the wire.

Only messages whose key begins with a registered prefix are asked about: others pay nothing.
"""

from collections.abc import Callable, Mapping, Sequence

from postlude.messages.types import Leased

Veto = Callable[[int, Sequence[Leased]], Mapping[int, str]]
_vetoes: dict[str, Veto] = {}


def register(prefix: str, veto: Veto) -> None:
    """Let `veto` stop messages whose key begins so: {message: reason}. A later call replaces."""
    _vetoes[prefix] = veto


def stopped(org: int, leased: Sequence[Leased]) -> dict[int, str]:
    """Return which of these must not go any more, and why."""
    found: dict[int, str] = {}
    for prefix, veto in _vetoes.items():
        mine = [it for it in leased if it.key.startswith(prefix)]
        if mine:
            found |= veto(org, mine)
    return found
