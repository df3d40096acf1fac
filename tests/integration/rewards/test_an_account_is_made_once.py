"""Somebody else made the account between our look and our writing: look again, and give once."""

from typing import Any

import pytest
from django.db import IntegrityError

from postlude.kernel import ids, store
from postlude.rewards import api as rewards
from postlude.rewards.models import Account, Entry
from postlude.rewards.points import opening
from postlude.rewards.types.points import Give

ANN, BOB = 1, 2


@pytest.fixture
def looked_too_early(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The next look at accounts sees none: they were committed right after it."""
    real, looks = opening._read, list[int]()

    def read(org: int, names: Any, tail: str = "") -> Any:
        looks.append(len(names))
        return {} if len(looks) == 1 else real(org, names, tail)

    monkeypatch.setattr(opening, "_read", read)
    return looks


def give(org: int, key: str, *contacts: int, now: Any) -> list[int]:
    gives = [Give(f"{key}:{each}", each, 10, "invite") for each in contacts]
    return [
        said.entry.amount if said.entry else 0 for said in rewards.give_many(org, gives, now=now)
    ]


def test_somebody_was_quicker(org, clock, looked_too_early: list[int]) -> None:
    now = clock.now()
    looked_too_early.append(0)
    give(org.id, "first", ANN, now=now)
    looked_too_early.clear()
    assert [10, 10] == give(org.id, "second", ANN, BOB, now=now)
    assert len(looked_too_early) > 1
    found = rewards.balances(org.id, [ANN, BOB], now=now)
    assert (20, 10) == (found[ANN].available, found[BOB].available)
    assert (2, 3) == (Account.objects.count(), Entry.objects.count())
    assert [] == rewards.check_points(org.id)


def test_what_the_caller_wrote_before_stays(org, clock, looked_too_early: list[int]) -> None:
    """The second try is a savepoint of the caller's transaction, which goes on."""
    now = clock.now()
    looked_too_early.append(0)
    give(org.id, "first", ANN, now=now)
    with store.write():
        give(org.id, "before", BOB, now=now)
        looked_too_early.clear()
        give(org.id, "second", ANN, now=now)
        give(org.id, "after", BOB, now=now)
    found = rewards.balances(org.id, [ANN, BOB], now=now)
    assert (20, 20) == (found[ANN].available, found[BOB].available)
    assert [] == rewards.check_points(org.id)


def test_without_the_key_there_would_be_two_accounts(org, clock) -> None:
    """The guard is the unique key of accounts, not the look."""
    give(org.id, "first", ANN, now=clock.now())
    row = Account.objects.get()
    row.id = ids.new_id()
    with pytest.raises(IntegrityError), store.write():
        row.save(force_insert=True)
