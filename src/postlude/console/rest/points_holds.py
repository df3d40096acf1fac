"""Points that are set apart until it is known whether they are spent."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from postlude.console.rest import keys, ledger, naming, own_keys
from postlude.console.rest.once import IdempotencyKey, checked, once
from postlude.console.rest.point_shapes import CaptureIn, HoldIn, PostedOut
from postlude.console.rest.strict import Nothing
from postlude.kernel import clock
from postlude.orgs.api import Permission
from postlude.rewards import api as rewards
from postlude.rewards.types.points import Capture, Release

router = Router(tags=["points"])
_SPEND = keys.Key(Permission.SPEND_REWARDS)


@router.post("", auth=_SPEND, response=PostedOut, summary="Set points apart")
def hold(
    request: HttpRequest, said: HoldIn, idempotency_key: IdempotencyKey = ""
) -> dict[str, Any]:
    """They return by themselves after so many minutes. The key names the hold from now on."""
    org, now = keys.org_of(request), clock.now()
    ledger.check_currency(org, said.amount)
    contact = naming.contact(org, said.contact)
    body = said.model_dump(mode="json") | {"contact": contact}
    with once(org, idempotency_key, "points/holds", body, now=now) as doing:
        take = said.take(contact, doing)
        posted = ledger.done(rewards.hold_many(org, [take], now=now), take.currency)
    return ledger.told(posted, doing)


@router.post("/{key}/capture", auth=_SPEND, response=PostedOut, summary="Spend what is set apart")
def capture(
    request: HttpRequest,
    key: str,
    said: CaptureIn | None = None,
) -> dict[str, Any]:
    """All of it, or an amount; the rest returns. Again it is the same answer."""
    org = keys.org_of(request)
    held = ledger.hold(org, own_keys.points(checked(key)))
    amount = None if said is None else said.amount
    wanted = Capture(own_keys.points(key, "capture"), held.key, ledger.units(amount, held.currency))
    done = rewards.capture_many(org, [wanted], now=clock.now())
    return ledger.told(ledger.settled(done, wanted.key))


@router.post("/{key}/release", auth=_SPEND, response=PostedOut, summary="Return what is set apart")
def release(
    request: HttpRequest,
    key: str,
    said: Nothing | None = None,  # noqa: ARG001 - a body may be sent, and says nothing
) -> dict[str, Any]:
    """Back to where it came from. Again it is the same answer."""
    org = keys.org_of(request)
    held = ledger.hold(org, own_keys.points(checked(key)))
    wanted = Release(own_keys.points(key, "release"), held.key)
    done = rewards.release_many(org, [wanted], now=clock.now())
    return ledger.told(ledger.settled(done, wanted.key))
