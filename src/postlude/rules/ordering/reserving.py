"""Writing a rule order: decision, reservation and order in one commit."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeGuard

from django.db import transaction

from postlude.kernel import store
from postlude.kernel.errors import AppError
from postlude.kernel.gathering import Gathering
from postlude.kernel.gathering_by_org import Asked, by_organisation
from postlude.orgs import api as orgs
from postlude.rewards import api as rewards
from postlude.rewards.errors import KeyTaken
from postlude.rewards.types.reservations import Reservation, ReservationState, ReserveRequest
from postlude.rules.errors import BadAsk
from postlude.rules.facts import Value
from postlude.rules.models import RuleOrder
from postlude.rules.ordering import deciding, scenes, stored
from postlude.rules.ordering.deciding import Decision, Scene
from postlude.rules.rule import Rule
from postlude.rules.types import Ask, Order

LONGEST_KEY = 180  # a gift's is the order's with its place in it, and the ledger's have 200


@dataclass(frozen=True, slots=True)
class ReserveOrder:
    """A question to be answered bindingly.

    A key has at most 180 characters. `digest` is of everything that was asked under `key`: the same
    key with another digest is refused. What is scarce is held until `expires_at`.
    """

    key: str
    digest: bytes
    ask: Ask
    expires_at: datetime

    def __post_init__(self) -> None:
        """Raise BadAsk for a key of which those of its gifts could not be made."""
        if len(self.key) > LONGEST_KEY:
            raise BadAsk("The key of an order has at most {most} characters.", most=LONGEST_KEY)


@dataclass(slots=True)
class _Open:
    """A question on its way to an order."""

    request: ReserveOrder
    scene: Scene
    candidates: Sequence[Rule]
    context: dict[str, Value]
    decision: Decision

    def claim(self) -> ReserveRequest:
        it = self.request
        return ReserveRequest(
            it.key, it.digest, it.ask.contact, self.decision.claims, it.expires_at
        )

    def again(self, reservation: Reservation) -> None:
        """Decide anew without what could not be had."""
        refused = deciding.without(self.decision, reservation.refusals)
        self.decision = deciding.decide(self.scene, self.candidates, self.context, refused)


def reserve(org: int, request: ReserveOrder, *, now: datetime) -> Order:
    """Write one rule order; durable when this returns.

    Who asks at the same moment shares a commit. Raises KeyTaken for a key with another digest.
    Inside a transaction it joins that one.
    """
    return _gathering.ask((org, request, now))


def reserve_many(
    org: int, requests: Sequence[ReserveOrder], *, now: datetime
) -> list[Order | AppError]:
    """Write rule orders, in the order of the requests, in one transaction.

    A key that is known answers with its order and takes nothing; with another digest it is
    KeyTaken, as a value. What cannot be had is left out of an order, which says so: the order
    itself is held all the same, since whoever pays may pay without it.
    """
    firsts: dict[str, ReserveOrder] = {}
    for each in requests:  # in the order of arrival: who came first is served first
        firsts.setdefault(each.key, each)
    with store.write():
        digests = stored.digests(org, firsts)
        opened = {
            key: _opened(org, each, now) for key, each in firsts.items() if key not in digests
        }
        answers = _hold(org, list(opened.values()), now)
        held = {key: each for key, each in answers.items() if _is_fresh(each)}
        made = _write(org, [(opened[key], each) for key, each in held.items()], now)
        # Known before, or written by another while we waited for the key.
        known = stored.orders(org, firsts.keys() - made.keys())
        digests |= stored.digests(org, known.keys() - digests.keys())
        digests |= {key: opened[key].request.digest.hex() for key in made}
    return [_answer(each, answers, known | made, digests) for each in _marked(requests, set(made))]


def _marked(requests: Sequence[ReserveOrder], fresh: set[str]) -> list[tuple[ReserveOrder, bool]]:
    """Say of each request whether it is the one that made the order; later ones are replays."""
    left = set(fresh)
    marked = []
    for each in requests:
        marked.append((each, each.key in left))
        left.discard(each.key)
    return marked


def _opened(org: int, request: ReserveOrder, now: datetime) -> _Open:
    scene = scenes.scene_of(org, request.ask)
    context = scenes.context_of(org, request.ask, scene, now)
    candidates = scenes.asked(scene, request.ask, now)
    return _Open(request, scene, candidates, context, deciding.decide(scene, candidates, context))


Answer = Reservation | AppError


def _hold(org: int, opened: Sequence[_Open], now: datetime) -> dict[str, Answer]:
    """Hold what each needs: all of them at once, and when that fails one by one."""
    if not opened:
        return {}
    if len(opened) > 1:
        with _taken_back_if_refused() as attempt:
            answers = rewards.reserve_many(org, [each.claim() for each in opened], now)
            attempt.refused = any(map(_is_refused, answers))
        if not attempt.refused:
            return {each.request.key: got for each, got in zip(opened, answers, strict=True)}
    return {each.request.key: _hold_one(org, each, now) for each in opened}


def _hold_one(org: int, opened: _Open, now: datetime) -> Answer:
    """Hold what one needs; what cannot be had is left out, and then it is decided anew."""
    while True:
        with _taken_back_if_refused() as attempt:
            answer = rewards.reserve_many(org, [opened.claim()], now)[0]
            attempt.refused = _is_refused(answer)
        if not attempt.refused or isinstance(answer, AppError):
            return answer
        opened.again(answer)


@dataclass(slots=True)
class _Attempt:
    refused: bool = False


@contextmanager
def _taken_back_if_refused() -> Iterator[_Attempt]:
    """Run a block in a savepoint, undone when it was refused: a refusal leaves nothing behind."""
    attempt = _Attempt()
    with transaction.atomic():
        yield attempt
        if attempt.refused:
            transaction.set_rollback(True)


def _is_refused(answer: Answer) -> bool:
    return (
        isinstance(answer, Reservation)
        and answer.state is ReservationState.REFUSED
        and not answer.replayed
    )


def _is_fresh(answer: Answer) -> TypeGuard[Reservation]:
    """A tombstone, and a key that somebody else has just used, are not ours to write for."""
    return (
        isinstance(answer, Reservation)
        and answer.state is ReservationState.HELD
        and not answer.replayed
    )


def _write(org: int, made: Sequence[tuple[_Open, Reservation]], now: datetime) -> dict[str, Order]:
    """Write what was decided; return the orders as their rows would be read."""
    day = orgs.local_day(org, now) if made else now.date()
    orders = {each.request.key: _order(each, held, now) for each, held in made}
    rows = [
        stored.row(
            org,
            each.request.digest,
            orders[each.request.key],
            versions=[chosen.rule.id for chosen in each.decision.chosen],
            facts={name: each.context.get(name) for name in each.scene.reads},
            day=day,
        )
        for each, _ in made
    ]
    store.insert_many(RuleOrder, stored.COLUMNS, rows)
    return orders


def _order(opened: _Open, held: Reservation, now: datetime) -> Order:
    ask = opened.request.ask
    return Order(
        key=opened.request.key,
        business=ask.business,
        contact=ask.contact,
        state=held.state,
        gifts=deciding.gifts(opened.decision, opened.context),
        missed=deciding.missed(opened.scene, opened.decision, opened.context),
        amount=ask.amount,
        decided_at=now,
        expires_at=opened.request.expires_at,
        card=ask.card,
    )


def _answer(
    marked: tuple[ReserveOrder, bool],
    answers: Mapping[str, Answer],
    known: Mapping[str, Order],
    digests: Mapping[str, str],
) -> Order | AppError:
    request, first = marked
    answer = answers.get(request.key)
    if isinstance(answer, AppError):
        return answer
    if request.key in known:
        if digests[request.key] != request.digest.hex():
            return KeyTaken(key=request.key)
        return replace(known[request.key], replayed=not first)
    assert answer is not None
    return stored.tombstone(answer, request.ask)


def _reserve_all(
    org: int, requests: Sequence[ReserveOrder], now: datetime
) -> list[Order | AppError]:
    return reserve_many(org, requests, now=now)


_gathering: Gathering[Asked[ReserveOrder], Order] = Gathering(by_organisation(_reserve_all))
