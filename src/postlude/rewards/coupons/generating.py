"""Codes of our own making."""

from postlude.kernel import store
from postlude.rewards.coupons.listing import serials, the_list
from postlude.rewards.coupons.uploading import stock
from postlude.rewards.errors import BadQuota

_MOST = 1_000_000


def generate_codes(org: int, key: str, total: int) -> int:
    """See to it that a list has `total` generated codes in all; return how many were added.

    Asking again adds nothing. Raises UnknownQuota.
    """
    if not 0 <= total <= _MOST:
        raise BadQuota(what="total", value=total)
    with store.write():
        quota = the_list(org, key)
        return stock(org, quota, list(serials(org, quota, total)))
