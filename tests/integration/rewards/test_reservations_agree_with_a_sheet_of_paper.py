"""Whatever is done to reservations one after the other, the plain model says the same."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from postlude.kernel import clock as kernel_clock
from postlude.kernel import ids
from postlude.orgs import api as orgs
from postlude.rewards import api as rewards
from postlude.rewards.errors import KeyTaken, NotReserved
from postlude.rewards.reserving import expiring
from postlude.rewards.types.quotas import QuotaSpec
from postlude.rewards.types.reservations import Claim, Confirm, LateConfirm, ReserveRequest
from support import scarce
from support.reservation_model import Model

KEYS = st.sampled_from([f"k{n}" for n in range(9)])
WANTS = st.dictionaries(
    st.sampled_from(["quota:a", "quota:b"]), st.integers(1, 2), min_size=1, max_size=2
)


class Reservations(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.org = orgs.create(f"m{ids.new_id()}", "M", zone="UTC", currency="EUR").id
        self.model = Model({"quota:a": 4, "quota:b": 5}, {"quota:b": 2})
        self._define()

    def _define(self) -> None:
        for name, limit in self.model.limits.items():
            cap = self.model.caps.get(name)
            rewards.define_quota(self.org, QuotaSpec(name.partition(":")[2], limit, per_person=cap))

    @property
    def now(self) -> Any:
        return kernel_clock.now() + timedelta(minutes=self.model.now)

    @rule(
        wanted=st.lists(
            st.tuples(KEYS, WANTS, st.integers(1, 3), st.sampled_from("xxxy"), st.integers(1, 9)),
            min_size=1,
            max_size=4,
        )
    )
    def reserve(self, wanted: list[Any]) -> None:
        late = {k for k, entry in self.model.entries.items() if self.model.is_late(entry)}
        start = kernel_clock.now()
        requests = [
            ReserveRequest(
                key,
                digest.encode(),
                contact,
                tuple(Claim(name, count) for name, count in sorted(wants.items())),
                start + timedelta(minutes=self.model.now + minutes),
            )
            for key, wants, contact, digest, minutes in wanted
        ]
        said = [
            "taken" if isinstance(each, KeyTaken) else each.state.value
            for each in rewards.reserve_many(self.org, requests, self.now)
        ]
        # What is past its time may be let go of by whoever needs it, or be left to the sweep.
        kept = rewards.reservations(self.org, sorted(late))
        model = [
            self.model.reserve(key, wants, contact, digest, self.model.now + minutes)
            for key, wants, contact, digest, minutes in wanted
        ]
        for key in late:
            if kept[key].state == "expired":
                self.model.entries[key].state = "expired"
        for (key, *_), theirs, ours in zip(wanted, model, said, strict=True):
            assert theirs == ours or (key in late and {theirs, ours} <= {"held", "expired"})

    @rule(key=KEYS, again=st.booleans())
    def confirm(self, key: str, again: bool) -> None:
        wish = Confirm(key, late=LateConfirm.REACQUIRE if again else LateConfirm.REFUSE)
        (said,) = rewards.confirm_many(self.org, [wish], self.now)
        expected = self.model.confirm(key, again=again)
        assert expected == ("nothing" if isinstance(said, NotReserved) else said.state)
        self._let_go()

    def _let_go(self) -> None:
        late = [k for k, entry in self.model.entries.items() if self.model.is_late(entry)]
        for key, found in rewards.reservations(self.org, late).items():
            self.model.entries[key].state = found.state.value

    @rule(keys=st.lists(KEYS, min_size=1, max_size=3))
    def cancel(self, keys: list[str]) -> None:
        expected = [self.model.cancel(key) for key in keys]
        assert expected == [each.state for each in rewards.cancel_many(self.org, keys, self.now)]

    @rule(key=KEYS)
    def reverse(self, key: str) -> None:
        (said,) = rewards.reverse_reservations(self.org, [key], self.now)
        expected = self.model.reverse(key)
        assert expected == ("nothing" if isinstance(said, NotReserved) else said.state)

    @rule(minutes=st.integers(1, 6), sweep=st.booleans())
    def wait(self, minutes: int, sweep: bool) -> None:
        self.model.now += minutes
        if sweep:
            expiring.sweep(self.now)
            self.model.sweep()
            states = {each.state for each in rewards.reservations(self.org, ["k0", "k1"]).values()}
            assert states <= {e.state for e in self.model.entries.values()}

    @rule(limit=st.integers(0, 6))
    def change_the_limit(self, limit: int) -> None:
        self.model.limits["quota:a"] = limit
        self._define()

    @rule(wants=WANTS, contact=st.integers(1, 3))
    def peek(self, wants: dict[str, int], contact: int) -> None:
        claims = [Claim(name, count) for name, count in sorted(wants.items())]
        seen = rewards.peek(self.org, claims, contact, self.now)
        assert self.model.fits(wants, contact) == seen.available

    @invariant()
    def what_is_used_is_what_is_held(self) -> None:
        assert [] == scarce.faults(self.org)
        for name in self.model.limits:
            assert self.model.used(name) == rewards.level(self.org, name, self.now).used


def test_reservations_agree_with_a_sheet_of_paper(
    transactional_db: None, clock: object, pytestconfig: pytest.Config
) -> None:
    examples = 200 if pytestconfig.getoption("--full") else 12
    run_state_machine_as_test(
        Reservations,
        settings=settings(
            max_examples=examples,
            stateful_step_count=25,
            deadline=None,
            derandomize=not pytestconfig.getoption("--full"),
            suppress_health_check=list(HealthCheck),
        ),
    )
