from datetime import timedelta

import pytest

from postlude.rewards import api as rewards
from postlude.rewards.types.quotas import Kind, QuotaSpec
from postlude.rewards.types.reservations import Claim, ReserveRequest


@pytest.fixture
def quota(org):
    """Define a quota and return the name of its resource."""

    def make(limit: int, key: str = "first", *, kind: Kind = Kind.QUOTA, **more) -> str:
        rewards.define_quota(org.id, QuotaSpec(key, limit, kind, **more))
        return f"{kind}:{key}"

    return make


@pytest.fixture
def request_of(clock):
    """Build a request for claims (names, or claims as they are)."""

    def make(
        key: str, *claims, contact: int | None = None, digest: bytes = b"d", minutes: int = 30
    ):
        made = tuple(Claim(each) if isinstance(each, str) else each for each in claims)
        until = clock.now() + timedelta(minutes=minutes)
        return ReserveRequest(key, digest, contact, made, until)

    return make
