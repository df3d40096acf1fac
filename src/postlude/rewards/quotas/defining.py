"""Saying how much there is; done again with other figures, it changes the limit."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db.models import Case, F, Value, When

from postlude.kernel import ids, store
from postlude.rewards.errors import BadQuota, UnknownQuota
from postlude.rewards.models import Counter, Quota
from postlude.rewards.quotas import counters, resources
from postlude.rewards.types.quotas import Kind, Level, QuotaSpec, Window

_KEY_MAX = 64
_BIG = 2**53  # what JSON and everybody's screens can count to
_PER_PERSON_MAX = 1_000  # each unit of a cap is a row


def define(org: int, spec: QuotaSpec) -> None:
    """Make a quota or change it.

    A limit below what is used refuses new claims and takes nothing away. The window and the
    currency stay: what was counted is counted in them.
    """
    _check(spec)
    with store.write():
        quota = make(org, spec.kind, spec.key, spec.limit, spec.window, spec.currency)
        if quota.window != spec.window.value or quota.currency != spec.currency:
            raise BadQuota(what="window or currency", value="changed once it is counted in")
        set_terms(quota.id, per_person=spec.per_person, is_open=spec.open, closes_at=None)
        _set_limit(quota.id, spec.limit)


def make(  # noqa: PLR0913, PLR0917 - the columns of a row
    org: int, kind: Kind, key: str, most: int, window: Window, currency: str = ""
) -> Quota:
    """Return the quota of a name, made when it is not there, locked until the commit."""
    store.insert_ignore(
        Quota,
        ("id", "org", "kind", "key", "most", "window", "currency", "open"),
        [(ids.new_id(), org, kind.value, key, most, window.value, currency, True)],
        conflict=("org", "kind", "key"),
    )
    quota = Quota.objects.select_for_update().get(org=org, kind=kind.value, key=key)
    if window == Window.TOTAL:
        resources.begin(org, quota.id, "")
    return quota


def set_terms(
    quota: int, *, per_person: int | None, is_open: bool, closes_at: datetime | None
) -> None:
    Quota.objects.filter(id=quota).update(per_person=per_person, open=is_open, closes_at=closes_at)


def add(quota: int, amount: int) -> None:
    """Raise a limit by an amount, in every window."""
    Quota.objects.filter(id=quota).update(most=F("most") + amount)
    Counter.objects.filter(quota=quota).update(
        most=F("most") + amount, ceiling=F("ceiling") + amount
    )


def lower(amounts: Mapping[int, int], *, locking: Collection[int]) -> None:
    """Lower limits, by counters: units that were used will not come back.

    Definitions come before counters, as everywhere; then all counters that the caller will move.
    """
    quotas = dict(Counter.objects.filter(id__in=amounts).values_list("id", "quota"))
    for counter in sorted(amounts):
        Quota.objects.filter(id=quotas[counter]).update(most=F("most") - amounts[counter])
    counters.lock(locking)
    for counter in sorted(amounts):
        Counter.objects.filter(id=counter).update(most=F("most") - amounts[counter])


def _set_limit(quota: int, limit: int) -> None:
    Quota.objects.filter(id=quota).update(most=limit)
    over = When(used__gt=limit, then=F("used"))
    Counter.objects.filter(quota=quota).update(most=limit, ceiling=Case(over, default=Value(limit)))


def level(org: int, resource: str, now: datetime) -> Level:
    """Return how full a resource is; raises UnknownQuota."""
    kind, _, key = resource.partition(":")
    quota = Quota.objects.filter(org=org, kind=kind, key=key).first()
    if quota is None:
        raise UnknownQuota(resource=resource)
    return _level(org, quota, now)


def levels(org: int, now: datetime) -> list[Level]:
    """Return how full everything scarce is, by kind and key."""
    return [
        _level(org, quota, now) for quota in Quota.objects.filter(org=org).order_by("kind", "key")
    ]


def _level(org: int, quota: Quota, now: datetime) -> Level:
    used = resources.used(org, quota.id, Window(quota.window), now)
    return Level(
        f"{quota.kind}:{quota.key}",
        quota.most,
        used,
        quota.per_person,
        Window(quota.window),
        quota.currency,
        quota.open and (quota.closes_at is None or now < quota.closes_at),
    )


def _check(spec: QuotaSpec) -> None:
    if not spec.key or len(spec.key) > _KEY_MAX:
        raise BadQuota(what="key", value=spec.key)
    if spec.kind == Kind.COUPONS:
        raise BadQuota(what="kind", value="coupons: their number is that of the codes")
    if not 0 <= spec.limit <= _BIG:
        raise BadQuota(what="limit", value=spec.limit)
    if spec.per_person is not None and not 1 <= spec.per_person <= _PER_PERSON_MAX:
        raise BadQuota(what="per_person", value=spec.per_person)
    if (spec.kind == Kind.BUDGET) != bool(spec.currency):
        raise BadQuota(what="currency", value=spec.currency)
    if spec.kind == Kind.BUDGET and spec.per_person is not None:
        raise BadQuota(what="per_person", value="set for money")
