"""A request may come twice; what cannot be right is refused with a code and changes nothing."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import connection

from postlude.kernel import store
from postlude.kernel.errors import AppError
from postlude.orgs import api as orgs
from postlude.rewards import api as rewards
from postlude.rewards.types.points import Capture, Give, Release, Reverse, Take

GIVE = Give("g", 1, 10, "feedback")
TAKE = Take("s", 1, 4, "order")


def state() -> list[list[tuple[object, ...]]]:
    tables = ("entry", "lot", "lot_allocation", "remainder", "open_hold", "account")
    return [store.rows_sql(f"SELECT * FROM rewards_{each} ORDER BY 1") for each in tables]


@pytest.fixture
def given(org, clock):
    rewards.give_many(org.id, [GIVE], now=clock.now())
    return state()


def test_a_repeat_returns_the_first_outcome(org, clock, given) -> None:
    clock.advance(days=1)
    again = rewards.give_many(org.id, [GIVE, GIVE], now=clock.now())
    assert [True, True] == [each.replayed for each in again]
    assert 1 == len({each.entry.id for each in again})
    assert given == state()


def test_a_key_twice_in_one_batch_gives_once(org, clock) -> None:
    first, second = rewards.give_many(org.id, [GIVE, GIVE], now=clock.now())
    assert (False, True) == (first.replayed, second.replayed)
    assert first.entry == second.entry
    assert 10 == rewards.balances(org.id, [1], now=clock.now())[1].available


def test_a_repeat_comes_after_the_end(org, clock) -> None:
    """An answer that was lost is asked for again, however late."""
    give = replace(GIVE, expires_at=clock.now() + timedelta(days=1))
    rewards.give_many(org.id, [give], now=clock.now())
    clock.advance(days=2)
    assert rewards.give_many(org.id, [give], now=clock.now())[0].replayed


@pytest.mark.parametrize(
    "other",
    [
        replace(GIVE, amount=11),
        replace(GIVE, contact=2),
        replace(GIVE, reason="birthday"),
        replace(GIVE, currency="bonus:TWD"),
        replace(GIVE, campaign="autumn"),
        replace(GIVE, expires_at=datetime.fromisoformat("2030-01-01T00:00+00:00")),
    ],
)
def test_the_same_key_for_another_thing_is_refused(org, clock, given, other) -> None:
    with pytest.raises(AppError) as refused:
        rewards.give_many(org.id, [replace(GIVE, key="new"), other], now=clock.now())
    assert ("points.key_reused", 409) == (refused.value.code, refused.value.http_status)
    assert refused.value.hint
    assert given == state()


def test_a_key_of_a_grant_is_none_of_a_spend(org, clock, given) -> None:
    with pytest.raises(AppError) as refused:
        rewards.take_many(org.id, [replace(TAKE, key="g")], now=clock.now())
    assert "points.key_reused" == refused.value.code


def test_organisations_have_keys_and_points_of_their_own(org, clock, given) -> None:
    other = orgs.create("eatery", "Eatery", zone="UTC", currency="EUR").id
    assert not rewards.give_many(other, [GIVE], now=clock.now())[0].replayed
    rewards.give_many(other, [replace(GIVE, key="more")], now=clock.now())
    assert 10 == rewards.balances(org.id, [1], now=clock.now())[1].available
    with pytest.raises(AppError) as refused:
        rewards.reverse_many(org.id, [Reverse("r", "more")], now=clock.now())
    assert "points.unknown_entry" == refused.value.code


@pytest.mark.parametrize("amount", [0, -1, 10**15 + 1, 2**63, 2**200, 1.5, "10", True, None])
def test_an_amount_is_a_whole_number_in_its_bounds(org, clock, given, amount) -> None:
    for ask, request in ((rewards.give_many, GIVE), (rewards.take_many, TAKE)):
        with pytest.raises(AppError) as refused:
            ask(org.id, [replace(request, key="new", amount=amount)], now=clock.now())
        assert "points.bad_amount" == refused.value.code
        assert str(10**15) in refused.value.hint
    assert given == state()


@pytest.mark.parametrize(
    "currency", ["", "point", "Points", "points ", "bonus", "bonus:", "bonus:twd", "bonus:TWDX", 7]
)
def test_a_currency_is_points_or_bonus_money(org, clock, given, currency) -> None:
    with pytest.raises(AppError) as refused:
        rewards.give_many(org.id, [replace(GIVE, key="new", currency=currency)], now=clock.now())
    assert "points.bad_currency" == refused.value.code
    with pytest.raises(AppError):
        rewards.balances(org.id, [1], now=clock.now(), currency=currency)
    assert given == state()


@pytest.mark.parametrize(
    "changes",
    [
        {"key": ""},
        {"key": "~repay:1"},
        {"key": "k" * 201},
        {"reason": ""},
        {"reason": " "},
        {"reason": "a\x00b"},
        {"reason": "\ud800"},
        {"reason": "r" * 201},
        {"campaign": "c" * 201},
    ],
)
def test_a_text_that_cannot_be_kept_is_refused(org, clock, given, changes) -> None:
    with pytest.raises(AppError) as refused:
        rewards.give_many(org.id, [replace(GIVE, **{"key": "new", **changes})], now=clock.now())
    assert "points.bad_text" == refused.value.code
    assert given == state()


def test_points_that_could_never_be_used_are_refused(org, clock, given) -> None:
    now = clock.now()
    for begin, end in (
        (None, now),
        (None, now - timedelta(days=1)),
        (now + timedelta(days=2), now + timedelta(days=1)),
        (None, datetime(2030, 1, 1)),  # noqa: DTZ001 - this is what is refused
    ):
        give = replace(GIVE, key="new", available_from=begin, expires_at=end)
        with pytest.raises(AppError) as refused:
            rewards.give_many(org.id, [give], now=now)
        assert "points.bad_period" == refused.value.code
    assert given == state()


def test_an_account_has_an_upper_bound(org, clock) -> None:
    most = [Give(f"g{n}", 1, 10**15, "x") for n in range(4612)]
    with pytest.raises(AppError) as refused:
        rewards.give_many(org.id, most, now=clock.now())
    assert "points.too_much" == refused.value.code
    assert 0 == rewards.balances(org.id, [1], now=clock.now())[1].available


def test_what_is_not_there_cannot_be_settled_or_undone(org, clock, given) -> None:
    for ask, request in (
        (rewards.capture_many, Capture("c", "nothing")),
        (rewards.release_many, Release("c", "g")),
        (rewards.reverse_many, Reverse("c", "nothing")),
    ):
        with pytest.raises(AppError) as refused:
            ask(org.id, [request], now=clock.now())
        assert ("points.unknown_entry", 404) == (refused.value.code, refused.value.http_status)
    assert given == state()


def test_points_join_the_callers_transaction(org, clock, given) -> None:
    with pytest.raises(ZeroDivisionError), store.write():
        rewards.take_many(org.id, [TAKE], now=clock.now())
        1 / 0  # noqa: B018 - the caller fails after us
    assert given == state()


def test_500_people_are_a_handful_of_statements(org, clock) -> None:
    """However many people, as many statements."""

    def statements(people: int, ask, request) -> list[str]:
        batch = [
            replace(request, key=f"{request.key}{people}-{n}", contact=n) for n in range(people)
        ]
        found = []
        with connection.execute_wrapper(lambda run, *rest: (found.append(rest[0]), run(*rest))[1]):
            ask(org.id, batch, now=clock.now())
        return [each.split()[0] for each in found]

    plenty = replace(GIVE, amount=1_000)
    for ask, request in ((rewards.give_many, plenty), (rewards.take_many, TAKE)):
        ask(
            org.id,
            [replace(request, contact=n, key=f"{request.key}-{n}") for n in range(500)],
            now=clock.now(),
        )
        few, many = statements(2, ask, request), statements(500, ask, request)
        assert len(many) <= len(few) <= 20  # COPY of many rows is no statement here
