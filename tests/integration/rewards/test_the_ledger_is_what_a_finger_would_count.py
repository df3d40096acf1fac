"""The ten properties of the ledger, against a model that follows every unit."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from postlude.kernel import clock as kernel_clock
from postlude.kernel import jobs, store
from postlude.orgs import api as orgs
from postlude.rewards import api as rewards
from postlude.rewards.types.points import Capture, Give, Release, Reverse, Take
from support.naive_points import NaivePoints

_numbers = count(1)
CONTACTS = (1, 2)
AMOUNTS = st.integers(1, 12)
HOURS = st.integers(1, 40)


class Ledger(RuleBasedStateMachine):
    grants, spends, holds = Bundle("grants"), Bundle("spends"), Bundle("holds")

    @initialize()
    def open(self) -> None:
        self.clock = kernel_clock.FrozenClock(datetime(2026, 3, 1, tzinfo=UTC))
        self.using = kernel_clock.use(self.clock)
        self.using.__enter__()
        self.org = orgs.create(f"org{next(_numbers)}", "Org", zone="UTC", currency="TWD").id
        self.keys = count(1)
        self.naive = {contact: NaivePoints() for contact in CONTACTS}
        self.asked: list[tuple[Any, Any]] = []  # function and request, with its outcome
        self.then: dict[Any, dict[int, tuple[int, ...]]] = {}

    @property
    def now(self):
        return self.clock.now()

    def key(self) -> str:
        return f"k{next(self.keys)}"

    def later(self, hours):
        return None if hours is None else self.now + timedelta(hours=hours)

    def ask(self, function, request, **more):
        (said,) = function(self.org, [request], now=self.now, **more)
        if said.entry is not None and said.entry.key == request.key:
            self.asked.append((function, request))
        return said

    @rule(
        target=grants,
        contact=st.sampled_from(CONTACTS),
        amount=AMOUNTS,
        begin=st.none() | HOURS,
        length=st.none() | HOURS,
        reason=st.sampled_from(["feedback", "生日", "приглашение"]),
    )
    def give(self, contact, amount, begin, length, reason):
        start = self.later(begin)
        end = None if length is None else (start or self.now) + timedelta(hours=length)
        give = Give(self.key(), contact, amount, reason, available_from=start, expires_at=end)
        said = self.ask(rewards.give_many, give)
        self.naive[contact].give(give.key, amount, self.now, start, end)
        assert (amount, reason) == (said.entry.amount, said.entry.reason)
        return contact, give.key

    @rule(target=spends, contact=st.sampled_from(CONTACTS), amount=AMOUNTS, partial=st.booleans())
    def spend(self, contact, amount, partial):
        take = Take(self.key(), contact, amount, "order", partial=partial)
        said = self.ask(rewards.take_many, take)
        taken = self.naive[contact].take(take.key, amount, self.now, partial=partial)
        assert taken == (said.entry.amount if said.entry else 0)
        return (contact, take.key) if taken else multiple()

    @rule(
        target=holds,
        contact=st.sampled_from(CONTACTS),
        amount=AMOUNTS,
        partial=st.booleans(),
        hours=st.none() | HOURS,
    )
    def hold(self, contact, amount, partial, hours):
        end = self.later(hours)
        take = Take(self.key(), contact, amount, "order", partial=partial, expires_at=end)
        said = self.ask(rewards.hold_many, take)
        held = self.naive[contact].hold(take.key, amount, self.now, end, partial=partial)
        assert held == (said.entry.amount if said.entry else 0)
        return (contact, take.key) if held else multiple()

    @rule(target=spends, hold=holds, amount=st.none() | AMOUNTS)
    def capture(self, hold, amount):
        contact, key = hold
        capture = Capture(self.key(), key, amount)
        said = self.ask(rewards.capture_many, capture)
        naive, mine = self.naive[contact], said.entry is not None and said.entry.key == capture.key
        if key not in naive.ends:
            assert not mine
            return multiple()
        taken = naive.capture(capture.key, key, amount)
        assert taken == (said.entry.amount if mine else 0)
        return (contact, capture.key) if taken else multiple()

    @rule(hold=holds)
    def release(self, hold):
        contact, key = hold
        release = Release(self.key(), key)
        said = self.ask(rewards.release_many, release)
        assert (key in self.naive[contact].ends) == (said.entry.key == release.key)
        if key in self.naive[contact].ends:
            self.naive[contact].release(key)

    @rule(grant=grants, amount=st.none() | AMOUNTS)
    def reverse(self, grant, amount):
        contact, key = grant
        said = self.ask(rewards.reverse_many, Reverse(self.key(), key, amount=amount))
        undone = self.naive[contact].reverse(key, amount, self.now)
        assert undone == (said.entry.amount if said.entry else 0)

    @rule(spend=spends, amount=st.none() | AMOUNTS)
    def refund(self, spend, amount):
        contact, key = spend
        said = self.ask(rewards.reverse_many, Reverse(self.key(), key, amount=amount))
        back = self.naive[contact].refund(key, amount)
        assert back == (said.entry.amount if said.entry else 0)

    @rule(data=st.data())
    def ask_again(self, data):
        """A key that is known changes nothing, however late it comes again."""
        if not self.asked:
            return
        function, request = data.draw(st.sampled_from(self.asked))
        (said,) = function(self.org, [request], now=self.now)
        assert said.replayed
        assert request.key == said.entry.key

    @rule(hours=HOURS)
    def wait(self, hours):
        self.clock.advance(hours=hours)
        for naive in self.naive.values():
            naive.run_out(self.now)

    @rule()
    def sweep(self):
        rewards.sweep_points(jobs.Budget(20))

    @invariant()
    def balances_are_the_models(self):
        if not hasattr(self, "naive"):
            return
        expected = {contact: naive.balance(self.now) for contact, naive in self.naive.items()}
        found = rewards.balances(self.org, CONTACTS, now=self.now)
        assert expected == {contact: figures(found[contact]) for contact in CONTACTS}
        assert all(not (available and debt) for available, _, _, debt in expected.values())
        self.then[self.now] = expected

    @invariant()
    def the_books_agree(self):
        if hasattr(self, "org"):
            assert [] == rewards.check_points(self.org)

    def teardown(self) -> None:
        if not hasattr(self, "org"):
            return
        try:
            self.look_back()
        finally:
            self.using.__exit__(None, None, None)

    def look_back(self) -> None:
        for swept in (False, True):
            if swept:
                self.sweep()
            for at, expected in self.then.items():
                found = rewards.balance_at(self.org, CONTACTS, at)
                assert expected == {contact: figures(found[contact]) for contact in CONTACTS}
        self.sql_sees_the_same()
        self.every_entry_sums_to_zero()
        self.every_reason_adds_up()

    def sql_sees_the_same(self) -> None:
        now = self.now
        rows = store.rows_sql(
            "SELECT contact, SUM(remaining) FROM rewards_facts_lot WHERE org = %s "
            "AND available_from <= %s AND (expires_at IS NULL OR expires_at > %s) GROUP BY contact",
            [self.org, now, now],
        )
        seen = {contact: max(0, int(units)) for contact, units in rows}
        for contact in CONTACTS:
            assert self.naive[contact].balance(now)[0] == seen.get(contact, 0)

    def every_entry_sums_to_zero(self) -> None:
        query = "SELECT entry, account, amount FROM rewards_facts_leg WHERE org = %s"
        view = Counter(tuple(row) for row in store.rows_sql(query, [self.org]))
        entries = [e for c in CONTACTS for e in rewards.history(self.org, c, limit=1000)]
        pure = [rewards.legs(entry) for entry in entries]
        assert all(sum(leg.amount for leg in sides) == 0 and len(sides) > 1 for sides in pure)
        assert view == Counter((g.entry, g.account, g.amount) for sides in pure for g in sides)

    def every_reason_adds_up(self) -> None:
        """Granted is spent, expired, reversed and live, by reason."""
        outs = store.rows_sql(
            "SELECT l.reason, e.kind, SUM(-a.free - a.held) FROM rewards_lot_allocation a "
            "JOIN rewards_lot l ON l.id = a.lot_id JOIN rewards_entry e ON e.id = a.entry_id "
            "WHERE a.org_id = %s GROUP BY l.reason, e.kind",
            [self.org],
        )
        left = store.rows_sql(
            "SELECT l.reason, SUM(r.free + r.held) FROM rewards_remainder r "
            "JOIN rewards_lot l ON l.id = r.lot_id WHERE r.org_id = %s GROUP BY l.reason",
            [self.org],
        )
        granted = store.rows_sql(
            "SELECT reason, SUM(amount) FROM rewards_facts_entry WHERE org = %s AND kind = 'grant' "
            "GROUP BY reason",
            [self.org],
        )
        kinds = {kind for _, kind, _ in outs}
        assert kinds <= {
            *("spend", "capture", "refund", "expire", "reverse", "repay", "hold", "release"),
        }
        total = Counter[str]()
        for reason, _, units in outs:
            total[reason] += int(units)
        for reason, units in left:
            total[reason] += int(units)
        assert {reason: int(units) for reason, units in granted} == {
            reason: units for reason, units in total.items() if units
        }


def figures(balance) -> tuple[int, int, int, int]:
    return balance.available, balance.held, balance.coming, balance.debt


def test_the_ledger_is_what_a_finger_would_count(db) -> None:
    run_state_machine_as_test(
        Ledger,
        settings=settings(
            max_examples=15,
            stateful_step_count=25,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate,),  # to shrink a history takes minutes; these are short enough
        ),
    )
