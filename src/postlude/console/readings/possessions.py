"""What a buyer has: points, bonus money, coupons and cards, and how they came and went."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from postlude.console.readings.promotions import wording
from postlude.console.types import Tone
from postlude.kernel.errors import N_
from postlude.orgs.types import OrgRef
from postlude.rewards import api as rewards
from postlude.rewards.types.carriers import Card
from postlude.rewards.types.coupons import CouponRef, CouponState
from postlude.rewards.types.points import Balance, Entry, Kind

HIDDEN = "•••"
_HISTORY = 20
_OWN = frozenset({Kind.LEAVE, Kind.ARRIVE})
KINDS = {
    Kind.GRANT: N_("given"),
    Kind.SPEND: N_("spent"),
    Kind.HOLD: N_("held"),
    Kind.CAPTURE: N_("spent"),
    Kind.REVERSE: N_("taken back"),
    Kind.REFUND: N_("put back"),
    Kind.RELEASE: N_("let go"),
    Kind.EXPIRE: N_("expired"),
    Kind.REPAY: N_("paid a debt"),
    Kind.LEAVE: N_("went over to another contact"),
    Kind.ARRIVE: N_("came from another contact"),
}
_STATES = {
    CouponState.ISSUED: (N_("to be used"), Tone.GOOD),
    CouponState.REDEEMED: (N_("used"), Tone.PLAIN),
    CouponState.RETURNED: (N_("taken back"), Tone.PLAIN),
}


@dataclass(frozen=True, slots=True)
class Purse:
    currency: str
    available: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Coupon:
    list: str
    code: str
    state: str
    tone: Tone
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class GiftCard:
    title: str
    balance: str
    face: str
    currency: str
    expires_at: datetime | None
    closed: bool


@dataclass(frozen=True, slots=True)
class Move:
    at: datetime
    what: str
    change: str
    currency: str
    reason: str


@dataclass(frozen=True, slots=True)
class Possessions:
    """`masked`: how much, and which codes, is for those who may see rewards."""

    purses: tuple[Purse, ...]
    coupons: tuple[Coupon, ...]
    cards: tuple[GiftCard, ...]
    moves: tuple[Move, ...]
    masked: bool


def possessions(org: OrgRef, contact: int, *, clear: bool, now: datetime) -> Possessions | None:
    """Return what a buyer has; None of who never had anything. Not `clear`: amounts are hidden."""
    entries = rewards.history(org.id, contact, limit=_HISTORY)
    coupons = rewards.held(org.id, contact, now)
    cards = rewards.cards_of(org.id, contact, now=now)
    if not entries and not coupons and not cards:
        return None
    names = dict.fromkeys(("points", f"bonus:{org.currency}", *(e.currency for e in entries)))
    balances = (
        rewards.balances(org.id, [contact], now=now, currency=name)[contact] for name in names
    )
    return Possessions(
        purses=tuple(_purse(each, clear=clear) for each in balances if _is_used(each, entries)),
        coupons=tuple(_coupon(each, clear=clear) for each in reversed(coupons)),
        cards=tuple(_card(each, clear=clear) for each in cards),
        moves=tuple(_move(each) for each in entries) if clear else (),
        masked=not clear,
    )


def _is_used(balance: Balance, entries: Iterable[Entry]) -> bool:
    return any((balance.available, balance.held, balance.coming, balance.debt)) or any(
        each.currency == balance.currency for each in entries
    )


def _purse(balance: Balance, *, clear: bool) -> Purse:
    name = wording.currency(balance.currency)
    if not clear:
        return Purse(name, HIDDEN, ())
    said = (
        (balance.held, _("{n} held")),
        (balance.coming, _("{n} later")),
        (balance.debt, _("{n} owed")),
    )
    notes = [
        words.format(n=wording.amount(units, balance.currency)) for units, words in said if units
    ]
    return Purse(name, wording.amount(balance.available, balance.currency), tuple(notes))


def _coupon(each: CouponRef, *, clear: bool) -> Coupon:
    words, tone = _STATES.get(each.state, (each.state.value, Tone.PLAIN))
    if each.expired and each.state is CouponState.ISSUED:
        words, tone = N_("expired"), Tone.WARN
    code = each.code if clear else HIDDEN
    return Coupon(each.list, code, _(words), tone, each.expires_at)


def _card(each: Card, *, clear: bool) -> GiftCard:
    return GiftCard(
        title=each.title or each.type,
        balance=wording.amount(each.balance, each.currency) if clear else HIDDEN,
        face=wording.amount(each.face, each.currency) if clear else HIDDEN,
        currency=each.currency,
        expires_at=each.expires_at,
        closed=each.closed_at is not None,
    )


def _move(entry: Entry) -> Move:
    change = entry.available or entry.held or -entry.debt
    sign = "+" if change > 0 else "\u2212" if change < 0 else ""
    return Move(
        at=entry.at,
        what=_(KINDS[entry.kind]),
        change=sign + wording.amount(abs(change), entry.currency),
        currency=wording.currency(entry.currency),
        reason=entry.reason if entry.kind not in _OWN else "",
    )
