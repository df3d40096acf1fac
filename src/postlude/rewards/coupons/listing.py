"""Lists of coupons: made, changed, and filled with codes of our own."""

from collections.abc import Iterable

from postlude.kernel import store
from postlude.rewards.coupons import codes
from postlude.rewards.errors import BadQuota, UnknownQuota
from postlude.rewards.models import CouponList, Quota
from postlude.rewards.quotas import defining
from postlude.rewards.types.coupons import CouponListSpec
from postlude.rewards.types.quotas import Kind, Window

_KEY_MAX, _DAYS_MAX, _PER_PERSON_MAX = 64, 3_660, 1_000


def define_coupons(org: int, spec: CouponListSpec) -> None:
    """Make a list of coupons, or change its terms; what is issued keeps the terms it had."""
    _check(spec)
    with store.write():
        quota = defining.make(org, Kind.COUPONS, spec.key, 0, Window.TOTAL)
        defining.set_terms(
            quota.id, per_person=spec.per_person, is_open=spec.open, closes_at=spec.expires_at
        )
        terms = {"expires_at": spec.expires_at, "valid_days": spec.valid_days}
        CouponList.objects.update_or_create(org_id=org, quota=quota, defaults=terms)


def the_list(org: int, key: str) -> int:
    """Return the quota of a list, locked until the commit; raises UnknownQuota."""
    found = Quota.objects.select_for_update().filter(org=org, kind=Kind.COUPONS.value, key=key)
    quota = found.values_list("id", flat=True).first()
    if quota is None:
        raise UnknownQuota(resource=f"{Kind.COUPONS.value}:{key}")
    return quota


def serials(org: int, quota: int, upto: int) -> Iterable[str]:
    """Return the codes that a list lacks of its first `upto` generated ones, and note them."""
    made = CouponList.objects.values_list("generated", flat=True).get(org=org, quota=quota)
    CouponList.objects.filter(org=org, quota=quota, generated__lt=upto).update(generated=upto)
    return [codes.generate(org, quota, serial) for serial in range(made, upto)]


def _check(spec: CouponListSpec) -> None:
    if not spec.key or len(spec.key) > _KEY_MAX:
        raise BadQuota(what="key", value=spec.key)
    if spec.valid_days is not None and not 1 <= spec.valid_days <= _DAYS_MAX:
        raise BadQuota(what="valid_days", value=spec.valid_days)
    if spec.per_person is not None and not 1 <= spec.per_person <= _PER_PERSON_MAX:
        raise BadQuota(what="per_person", value=spec.per_person)
