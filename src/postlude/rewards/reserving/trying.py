"""Holding: none → HELD, or REFUSED."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from postlude.kernel import ids, store
from postlude.kernel.errors import AppError
from postlude.rewards.coupons.units import Units
from postlude.rewards.errors import BadQuota, KeyTaken
from postlude.rewards.quotas import plenty, resources
from postlude.rewards.quotas.resources import Scene
from postlude.rewards.reserving import fence, hurrying, lines, outcomes, stale
from postlude.rewards.reserving.acquiring import acquire
from postlude.rewards.reserving.deciding import Decision, Stock, decide
from postlude.rewards.reserving.fence import Entry
from postlude.rewards.reserving.lines import Ask
from postlude.rewards.types.reservations import (
    Reservation,
    ReservationState,
    ReserveRequest,
)

_KEY_MAX, _DIGEST_MAX = 200, 64
Answer = Reservation | AppError


def reserve_many(org: int, requests: Sequence[ReserveRequest], now: datetime) -> list[Answer]:
    """Hold for each request all of its claims, or none; in the order of the requests.

    A key that is known answers with what came of it and takes nothing; with another digest it is
    KeyTaken, here as a value so that the others of the batch go on. Joins the caller's transaction.
    """
    answers: dict[int, Answer] = {}
    firsts: dict[str, int] = {}
    faults = list(map(_fault, requests))
    if requests and not any(faults) and len({each.key for each in requests}) == len(requests):
        hurried = hurrying.hold(org, requests, now)
        if hurried is not None:
            return [*hurried]
    for place, (request, fault) in enumerate(zip(requests, faults, strict=True)):
        if fault is not None:
            answers[place] = fault
        else:
            firsts.setdefault(request.key, place)
    known = _hold(org, {key: requests[place] for key, place in firsts.items()}, now)
    for place, request in enumerate(requests):
        if place not in answers:
            answers[place] = _answer(request, known, first=firsts[request.key] == place)
    return [answers[place] for place in range(len(requests))]


Known = dict[str, tuple[Reservation, str]]  # and the digest it was made with


def _answer(request: ReserveRequest, known: Known, *, first: bool) -> Answer:
    reservation, digest = known[request.key]
    if digest and digest != request.digest.hex():
        return KeyTaken(key=request.key)
    return reservation if first else replace(reservation, replayed=True)


def _hold(org: int, requests: Mapping[str, ReserveRequest], now: datetime) -> Known:
    if not requests:
        return {}
    with store.write():
        names = {claim.resource for request in requests.values() for claim in request.claims}
        scene = resources.read(org, names, now, make=True)
        plenty.note(org, scene)
        asks = _asks(requests)
        hopeless = _hopeless(asks, scene, now)
        admitted = fence.admit(org, _entries(requests, asks, hopeless), now)
        wanting = {
            key: ask for key, ask in asks.items() if ask.id in admitted and key not in hopeless
        }
        decided, codes = acquire(org, list(wanting.values()), scene, now)
        decisions = dict(zip(wanting, decided, strict=True))
        failed = [asks[key].id for key, each in decisions.items() if not each.holds]
        fence.settle(failed, ReservationState.REFUSED, now)
        refused = {key: each for key, each in hopeless.items() if asks[key].id in admitted}
        lines.write((asks[key], decision) for key, decision in refused.items())
        return _told(org, requests, asks, {**decisions, **refused}, codes)


def _told(
    org: int,
    requests: Mapping[str, ReserveRequest],
    asks: Mapping[str, Ask],
    decisions: Mapping[str, Decision],
    codes: Units,
) -> Known:
    known: Known = {}
    for key, decision in decisions.items():
        made = outcomes.fresh(requests[key], asks[key].id, decision, codes)
        known[key] = (made, requests[key].digest.hex())
    if len(known) == len(requests):
        return known
    rest = fence.rows(org, requests.keys() - known.keys())
    for key, reservation in outcomes.stored(rest.values()).items():
        known[key] = (reservation, rest[key].digest)
    return known


def _asks(requests: Mapping[str, ReserveRequest]) -> dict[str, Ask]:
    numbers = ids.new_ids(len(requests))
    return {
        key: Ask(number, request.contact, request.claims)
        for number, (key, request) in zip(numbers, requests.items(), strict=True)
    }


def _entries(
    requests: Mapping[str, ReserveRequest],
    asks: Mapping[str, Ask],
    hopeless: Mapping[str, Decision],
) -> list[Entry]:
    return [
        Entry(
            asks[key].id,
            key,
            request.digest.hex(),
            request.contact,
            ReservationState.REFUSED if key in hopeless else ReservationState.HELD,
            request.expires_at,
        )
        for key, request in requests.items()
    ]


def _hopeless(asks: Mapping[str, Ask], scene: Scene, now: datetime) -> dict[str, Decision]:
    """Refuse whoever could not be served even alone; without a lock, as a rush is made of these.

    What has expired unswept counts as free. Whoever releases changes what the next one reads, so
    nothing has to be told.
    """
    if not _is_tight(asks, scene):
        return {}
    left = dict(scene.left)
    for counter, amount in stale.quantities(left, now).items():
        left[counter] += amount
    alone = {
        key: decide(ask.claims, ask.contact, scene.resources, Stock(dict(left)))
        for key, ask in asks.items()
    }
    return {key: decision for key, decision in alone.items() if not decision.holds}


def _is_tight(asks: Mapping[str, Ask], scene: Scene) -> bool:
    if any(resource.reason is not None for resource in scene.resources.values()):
        return True
    wanted = sum(claim.quantity for ask in asks.values() for claim in ask.claims)
    return any(left < wanted for left in scene.left.values())


def _fault(request: ReserveRequest) -> BadQuota | None:
    if not request.key or len(request.key) > _KEY_MAX:
        return BadQuota(what="key", value=request.key[:_KEY_MAX])
    if not request.digest or len(request.digest) > _DIGEST_MAX:
        return BadQuota(what="digest", value=f"{len(request.digest)} bytes")
    for claim in request.claims:
        if claim.quantity < 1:
            return BadQuota(what=claim.resource, value=claim.quantity)
    return None
