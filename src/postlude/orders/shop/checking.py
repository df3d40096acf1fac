"""What a statement about an order has to be, before anything is written. Pure."""

import re
from datetime import datetime, timedelta

from postlude.orders.errors import BadShopOrder
from postlude.orders.shop.types import ShopOrderSeen, Stage

_UID_MAX = _WORD_MAX = 64
_COUPONS_MAX = 400
# The clock of a till may be a little fast.
_AHEAD = timedelta(minutes=5)
_COUPON = re.compile(r"[^\s\x00-\x1f]{1,40}")


def check_shop_order(seen: ShopOrderSeen, *, now: datetime) -> None:
    """Raise BadShopOrder, which names what is wrong and never what was said."""
    wrong = _wrong(seen, now + _AHEAD)
    if wrong:
        raise BadShopOrder(what=wrong)


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
