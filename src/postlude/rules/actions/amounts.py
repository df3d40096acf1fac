"""What is paid, as actions see it: unknown counts as nothing. And how parts of it are rounded."""

from postlude.rules.facts import Context
from postlude.rules.kinds import Binding, Params

_WHOLE = 1_000


def paid(context: Context) -> int:
    """Return the order's amount in minor units; 0 where it is not known, and never less."""
    amount = context.get("amount")
    return max(amount, 0) if isinstance(amount, int) else 0


def nothing(_params: Params, _context: Context, _binding: Binding) -> int:
    """Return 0: what is neither worth nor costs anything that can be counted."""
    return 0


def per_mille(amount: int, share: int) -> int:
    """Return `share` thousandths of `amount`, rounded down to the minor unit: never more than said.

    Whole numbers only, so the result is exact whatever the size.
    """
    return amount * share // _WHOLE
