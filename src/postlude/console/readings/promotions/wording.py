"""Rules in the reader's words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from postlude.console.types import Tone
from postlude.kernel.errors import N_
from postlude.kernel.money import exponent
from postlude.reports.types.promotions import Number, Refusal
from postlude.rewards.types.quotas import Kind, Window
from postlude.rules.types import Standing

STANDINGS: Mapping[Standing, tuple[str, Tone]] = {
    Standing.ONLINE: (N_("on line"), Tone.GOOD),
    Standing.PAUSED: (N_("paused"), Tone.WARN),
    Standing.SCHEDULED: (N_("scheduled"), Tone.INFO),
    Standing.OVER: (N_("over"), Tone.PLAIN),
    Standing.RETIRED: (N_("retired"), Tone.PLAIN),
    Standing.BROKEN: (N_("broken"), Tone.BAD),
}
STATES: Mapping[str, tuple[str, Tone]] = {
    "held": (N_("held"), Tone.INFO),
    "confirmed": (N_("confirmed"), Tone.GOOD),
    "cancelled": (N_("cancelled"), Tone.PLAIN),
    "expired": (N_("expired"), Tone.WARN),
    "reversed": (N_("reversed"), Tone.BAD),
}
LABELS: Mapping[Number, str] = {
    Number.PREVIEWED: N_("Previewed"),
    Number.RESERVED: N_("Reserved"),
    Number.HELD: N_("Held"),
    Number.CONFIRMED: N_("Confirmed"),
    Number.CANCELLED: N_("Cancelled"),
    Number.EXPIRED: N_("Expired"),
    Number.REVERSED: N_("Reversed"),
    Number.REPEATED: N_("Repeated"),
    Number.REFUSED: N_("Not given"),
    Number.PAID_IN: N_("Paid in"),
    Number.GIVEN: N_("Given"),
    Number.SPENT: N_("Spent"),
    Number.BURNT: N_("Burnt"),
    Number.TAKEN_BACK: N_("Taken back"),
    Number.LIVE: N_("Live"),
    Number.OWED: N_("Owed"),
    Number.COUPONS_GIVEN: N_("Coupons given"),
    Number.COUPONS_REDEEMED: N_("Coupons used"),
}
_WHYS: Mapping[str, str] = {
    "condition": N_("not met"),
    "unknown": N_("not known"),
    "claim": N_("could not be had"),
    "outranked": N_("another rule came first"),
}
_DETAILS: Mapping[str, str] = {
    "sold_out": N_("sold out"),
    "per_person": N_("this buyer had their share"),
    "not_enough": N_("not enough left"),
    "unknown_resource": N_("nobody has defined it"),
    "offline": N_("closed"),
}
_KINDS: Mapping[Kind, str] = {
    Kind.QUOTA: N_("places"),
    Kind.BUDGET: N_("budget"),
    Kind.COUPONS: N_("coupons"),
}
_WINDOWS: Mapping[Window, str] = {Window.DAY: N_("each day"), Window.MONTH: N_("each month")}
_JOINTS: Mapping[str, str] = {
    "&&": N_("and"),
    "||": N_("or"),
    "!": N_("not"),
    "->": N_("then"),
    "?": N_("then"),
    ":": N_("otherwise"),
    "(": "(",
    ")": ")",
}
_PIECE = re.compile(r'"(?P<quoted>[^"]*)"|(?P<joint>&&|\|\||->|[!?:()])|(?P<name>[^\s&|!?:()"-]+)')


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a template: a `name` with what it says, or a word that joins."""

    text: str
    name: bool
    words: str = ""


def template(text: str, meanings: Mapping[str, str]) -> tuple[Piece, ...]:
    """Return a template as people read it: names, joined by and, or, not, then, otherwise."""
    found = []
    for match in _PIECE.finditer(text):
        joint = match["joint"]
        name = match["quoted"] or match["name"] or ""
        found.append(
            Piece(_(_JOINTS[joint]), name=False)
            if joint
            else Piece(name, name=True, words=meanings.get(name, ""))
        )
    return tuple(found)


def standing(value: Standing) -> tuple[str, Tone]:
    text, tone = STANDINGS[value]
    return _(text), tone


def state(value: str) -> tuple[str, Tone]:
    text, tone = STATES.get(value, (value, Tone.PLAIN))
    return _(text), tone


def why(refusal: Refusal) -> str:
    """Say what kept a rule out: the reason, for claims which one."""
    if refusal.detail:
        return _(_DETAILS.get(refusal.detail, refusal.detail))
    return _(_WHYS.get(refusal.why, refusal.why))


def leaf(refusal: Refusal) -> str:
    """Name the leaf that kept a rule out; the arrow of an action's stock is not for people."""
    return refusal.leaf.removeprefix("->")


def kind(value: Kind) -> str:
    return _(_KINDS[value])


def window(value: Window) -> str:
    return _(_WINDOWS[value]) if value in _WINDOWS else ""


def currency(name: str) -> str:
    """Name a currency of the ledger."""
    code = name.partition(":")[2]
    return _("bonus money, {currency}").format(currency=code) if code else _("points")


def amount(units: int, name: str) -> str:
    """Return units of a currency, of the ledger or of the world, as people write them."""
    code = name.partition(":")[2] or (name if name.isupper() else "")
    places = exponent(code) if code else 0
    return f"{Decimal(units).scaleb(-places):,.{places}f}".replace(",", "\u202f")
