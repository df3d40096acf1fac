"""What a statement about an order has to be, before anything is written. Pure."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from postlude.kernel.money import Money
from postlude.orders.errors import BadShopOrder
from postlude.orders.shop.types import ShopOrderSeen, ShopOrderStanding, Stage

_UID_MAX = _WORD_MAX = 64
_COUPONS_MAX = 400
_TITLE_MAX = 200
# The clock of a till may be a little fast.
_AHEAD = timedelta(minutes=5)
_COUPON = re.compile(r"[^\s\x00-\x1f]{1,40}")


def check_shop_order(seen: ShopOrderSeen, *, now: datetime, currency: str | None = None) -> None:
    """Raise BadShopOrder, which names what is wrong and never what was said.

    `currency` is the organisation's, asked for at every door: what its orders come to is one sum.
    """
    wrong = _wrong(seen, now + _AHEAD)
    if currency is not None:
        wrong = wrong or _foreign([seen.amount], currency)
    if wrong:
        raise BadShopOrder(what=wrong)


def check_standing(seen: ShopOrderStanding, *, currency: str, now: datetime) -> None:
    """Raise BadShopOrder for a view that cannot be, as above."""
    times = (seen.at, seen.revised_at, seen.opened_at)
    naive = any(at.tzinfo is None for at in times)
    said = ShopOrderSeen(
        seen.uid,
        Stage.OPENED,
        seen.opened_at,
        kind=seen.kind,
        source=seen.source,
        amount=seen.amount,
        coupons=seen.coupons,
    )
    prices = [each.price for each in seen.items]
    faults = {
        "time (it has no zone)": naive,
        "time (it is in the future)": not naive and max(times) > now + _AHEAD,
        "item": any(
            not _is_word(each.line, _UID_MAX)
            or not _is_word(each.product, _WORD_MAX)
            or not _is_word(each.title, _TITLE_MAX)
            or each.quantity < 0
            or each.price.minor < 0
            for each in seen.items
        ),
    }
    wrong = _wrong(said, now + _AHEAD)
    wrong = wrong or next((name for name, is_wrong in faults.items() if is_wrong), "")
    wrong = wrong or _foreign([seen.amount, *prices], currency)
    if wrong:
        raise BadShopOrder(what=wrong)


def _foreign(amounts: Iterable[Money | None], currency: str) -> str:
    if any(amount is not None and amount.currency != currency for amount in amounts):
        return f"currency (the organisation counts in {currency})"
    return ""


def _wrong(seen: ShopOrderSeen, latest: datetime) -> str:
    """Return the first thing that cannot be, "" for none."""
    times = [at for at in (seen.at, seen.opened_at) if at is not None]
    naive = any(at.tzinfo is None for at in times)
    codes = seen.coupons or ()
    told = (seen.contact, seen.branch, seen.kind or None, seen.source or None, seen.amount)
    described = any(each is not None for each in (*told, seen.coupons))
    faults = {
        "uid": not seen.uid or not _is_word(seen.uid, _UID_MAX),
        "kind": not _is_word(seen.kind, _WORD_MAX),
        "source": not _is_word(seen.source, _WORD_MAX),
        "time (it has no zone)": naive,
        "time (it is in the future)": not naive and max(times) > latest,
        "opened_at (it goes with a closing)": (
            seen.opened_at is not None and seen.stage is not Stage.CLOSED
        ),
        "amount": seen.amount is not None and seen.amount.minor < 0,
        "coupons": not all(map(_COUPON.fullmatch, codes)) or len(" ".join(codes)) > _COUPONS_MAX,
        "description (a cancelling has a time, no more)": (
            seen.stage is Stage.CANCELLED and described
        ),
    }
    return next((name for name, wrong in faults.items() if wrong), "")


def _is_word(word: str, most: int) -> bool:
    """PostgreSQL stores neither NUL nor half a surrogate pair."""
    whole = "\0" not in word and not any("\ud800" <= each <= "\udfff" for each in word)
    return len(word) <= most and whole
