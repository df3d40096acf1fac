"""Entries of the ledger by the keys of this API's callers, and outcomes as they are told."""

from collections.abc import Sequence
from typing import Any

from pydantic_core import PydanticCustomError

from postlude.console.rest import own_keys, point_shapes
from postlude.console.rest.amounts import POINTS, Units, minor, shown, unit
from postlude.console.rest.errors import NotDone
from postlude.console.rest.once import Once
from postlude.kernel import tokens
from postlude.kernel.errors import BadInput
from postlude.orgs import api as orgs
from postlude.rewards import api as rewards
from postlude.rewards.errors import UnknownEntry
from postlude.rewards.types.points import Entry, Kind, Posted

ENTRY = "ledger-entry"
_UNDOABLE = {Kind.GRANT, Kind.SPEND}


def check_currency(org: int, said: Units) -> None:
    """Raise BadInput for bonus money in a currency that the organisation does not count in."""
    own = orgs.get(org).currency
    if said.currency not in {POINTS, own}:
        raise BadInput(
            "Bonus money here is in {currency}.",
            currency=own,
            hint=f'Write "points", or "{own}".',
            **{"/amount/currency": "wrong_currency"},
        )


def hold(org: int, own: str) -> Entry:
    """Return the hold with this key of ours. Raises UnknownEntry."""
    found = rewards.entries(org, [own]).get(own)
    if found is None or found.kind is not Kind.HOLD:
        raise UnknownEntry(what="hold", key=own)
    return found


def undoable(org: int, key: str) -> Entry:
    """Return the grant or spend with a caller's key, or the capture of the hold with it."""
    own, captured = own_keys.points(key), own_keys.points(key, "capture")
    found = rewards.entries(org, [own, captured])
    entry = found.get(captured, found.get(own))
    if entry is None or (entry.key == own and entry.kind not in _UNDOABLE):
        raise UnknownEntry(what="grant, spend or captured hold", key=key)
    return entry


def units(amount: str | None, currency: str) -> int | None:
    """Return a part of an entry in what the ledger counts, which knows its currency by itself."""
    if amount is None:
        return None
    try:
        found = minor(amount, unit(currency))
    except PydanticCustomError:
        found = 0
    if not found:
        raise BadInput(
            "This is no amount of {currency}.",
            currency=unit(currency),
            hint="Give an amount above zero, with no more decimals than the currency has.",
            **{"/amount": "not_an_amount"},
        )
    return found


def done(outcomes: Sequence[Posted], currency: str) -> Posted:
    """Return the one outcome. Raises NotDone when there was too little: nothing was changed."""
    (outcome,) = outcomes
    if outcome.entry is None:
        raise NotDone(
            "There is too little: nothing was done.",
            hint="`short` says how much is missing.",
            short=shown(outcome.short, currency),
            currency=unit(currency),
        )
    return outcome


def settled(outcomes: Sequence[Posted], own: str) -> Posted:
    """Return what settled a hold by this very request. Raises NotDone when something else did."""
    (outcome,) = outcomes
    if outcome.entry is None or outcome.entry.key != own:
        what = outcome.entry.kind.value if outcome.entry else ""
        raise NotDone(
            "This hold has ended before, or is smaller: nothing was done.",
            hint="A hold is captured or released once, before it runs out.",
            settled_by=what,
        )
    return outcome


def told(posted: Posted, doing: Once | None = None) -> dict[str, Any]:
    """Return what was done, for the outside."""
    assert posted.entry is not None
    replayed = posted.replayed or (doing is not None and doing.replayed)
    return {"entry": line(posted.entry), "replayed": replayed}


def line(entry: Entry) -> dict[str, Any]:
    """Return a line of the ledger for the outside."""
    return point_shapes.entry(entry, tokens.seal(ENTRY, entry.id))
