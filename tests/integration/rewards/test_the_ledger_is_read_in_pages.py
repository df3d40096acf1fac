"""History in pages, the first grant after an instant, and what SQL may read."""

from datetime import timedelta

from postlude.kernel import store
from postlude.rewards import api as rewards
from postlude.rewards.types.points import Give, Reverse, Take


def test_pages_follow_one_another_without_a_gap(org, clock) -> None:
    gives = [Give(f"g{n}", 1, n, "feedback") for n in range(1, 8)]
    rewards.give_many(org.id, gives, now=clock.now())
    rewards.give_many(org.id, [Give("b", 1, 5, "x", currency="bonus:TWD")], now=clock.now())
    pages, before = [], None
    while page := rewards.history(org.id, 1, currency="points", before=before, limit=3):
        pages.append([entry.amount for entry in page])
        before = page[-1].id
    assert [[7, 6, 5], [4, 3, 2], [1]] == pages
    assert 8 == len(rewards.history(org.id, 1))
    assert [] == rewards.history(org.id, 2)


def test_the_first_grant_after_an_instant_is_found_for_each(org, clock) -> None:
    start = clock.now()
    for day in range(4):
        gives = [Give(f"{n}-{day}", n, 1, "birthday" if day == 2 else "order") for n in (1, 2)]
        rewards.give_many(org.id, gives, now=clock.now())
        clock.advance(days=1)
    after = {1: start, 2: start + timedelta(days=2), 3: start}
    found = rewards.first_give_after(org.id, after)
    assert {1: "1-1", 2: "2-3"} == {contact: entry.key for contact, entry in found.items()}
    found = rewards.first_give_after(org.id, after, reasons=["birthday"])
    assert {1: "1-2"} == {contact: entry.key for contact, entry in found.items()}


def test_sql_counts_with_its_own_now_what_may_be_spent(org, clock) -> None:
    now = clock.now()
    hour = timedelta(hours=1)
    rewards.give_many(
        org.id,
        [
            Give("a", 1, 10, "x", expires_at=now + 5 * hour),
            Give("b", 1, 4, "x", available_from=now + 2 * hour),
            Give("c", 2, 3, "x"),
        ],
        now=now,
    )
    hold = Take("h", 1, 6, "order", expires_at=now + 3 * hour)
    rewards.hold_many(org.id, [hold], now=now)
    rewards.take_many(org.id, [Take("s", 2, 3, "order")], now=now)
    rewards.reverse_many(org.id, [Reverse("r", "c")], now=now)
    for hours, expected in ((0, 4), (2, 8), (3, 14), (5, 4)):
        at = now + hours * hour
        assert {1: expected, 2: -3} == _spendable(org.id, at)
        seen = rewards.balances(org.id, [1, 2], now=at)
        assert (expected, 0, 3) == (seen[1].available, seen[2].available, seen[2].debt)


def _spendable(org: int, now) -> dict[int, int]:
    rows = store.rows_sql(
        "SELECT contact, SUM(remaining) FROM rewards_facts_lot WHERE org = %s AND "
        "available_from <= %s AND (expires_at IS NULL OR expires_at > %s) GROUP BY contact",
        [org, now, now],
    )
    return {contact: int(units) for contact, units in rows}
