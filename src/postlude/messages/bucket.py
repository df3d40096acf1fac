"""The speed limit of a sender: two buckets, so that urgent messages never wait behind bulk.

A share of the rate (10-20 %) fills the urgent bucket, the rest fills the general one. Lane 0 takes
from its own bucket first and then from the general one; the other lanes take from the general one.
"""

import math
from dataclasses import dataclass, replace

LEAST_SHARE, MOST_SHARE = 0.10, 0.20
SET_BACK_S = 60.0  # more than the clocks of a fleet ever differ by


@dataclass(frozen=True, slots=True)
class Bucket:
    rate: float
    burst: int
    urgent_share: float
    tokens: float
    urgent_tokens: float
    at: float


def share(wanted: float) -> float:
    return min(MOST_SHARE, max(LEAST_SHARE, wanted))


def urgent_capacity(bucket: Bucket) -> float:
    return max(1.0, bucket.burst * bucket.urgent_share)


def general_capacity(bucket: Bucket) -> float:
    return max(1.0, bucket.burst * (1 - bucket.urgent_share))


def full(rate: float, burst: int, urgent_share: float, at: float) -> Bucket:
    empty = Bucket(rate, burst, share(urgent_share), 0.0, 0.0, at)
    return replace(empty, tokens=general_capacity(empty), urgent_tokens=urgent_capacity(empty))


def refill(bucket: Bucket, at: float) -> Bucket:
    """A clock that steps back fills nothing and takes nothing.

    One that was set back from far ahead is counted from anew: else nothing would fill until then.
    """
    since = bucket.at if bucket.at - at <= SET_BACK_S else at
    gained = max(0.0, at - since) * bucket.rate
    return replace(
        bucket,
        tokens=min(general_capacity(bucket), bucket.tokens + gained * (1 - bucket.urgent_share)),
        urgent_tokens=min(
            urgent_capacity(bucket), bucket.urgent_tokens + gained * bucket.urgent_share
        ),
        at=max(at, since),
    )


def available(bucket: Bucket, lane: int) -> int:
    """How many messages of this lane may go now; a bulk claim is at most one second's worth."""
    if lane == 0:
        return math.floor(bucket.tokens + bucket.urgent_tokens + 1e-9)
    return min(math.floor(bucket.tokens + 1e-9), max(1, math.ceil(bucket.rate)))


def take(bucket: Bucket, lane: int, count: int) -> Bucket:
    """Take `count` tokens, which must be available."""
    own = min(float(count), bucket.urgent_tokens) if lane == 0 else 0.0
    return replace(
        bucket, urgent_tokens=bucket.urgent_tokens - own, tokens=bucket.tokens - (count - own)
    )
