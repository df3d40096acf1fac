"""Which class heeds what, as architecture.md says."""

from datetime import UTC, datetime, timedelta

import pytest

from postlude.messages.courtesy import CapUse, Facts, judge
from postlude.messages.types import Block, Klass, Reason

NOW = datetime(2023, 9, 1, 16, tzinfo=UTC)
MORNING = NOW + timedelta(hours=8)
T, S, M = Klass.TRANSACTIONAL, Klass.SERVICE, Klass.MARKETING


def facts(klass, **changes):
    usual = {
        "testing": False,
        "on_quiet": "delay",
        "deadline": NOW + timedelta(days=2),
        "suppressed": None,
        "has_address": True,
        "consent": True,
        "caps": (),
        "quiet_until": None,
    }
    return Facts(klass=klass, **{**usual, **changes})


@pytest.mark.parametrize("klass", Klass)
@pytest.mark.parametrize(
    ("why", "reason"),
    [
        ("hard_bounce", Reason.SUPPRESSED),
        ("complaint", Reason.SUPPRESSED),
        ("erasure", Reason.ERASED),
    ],
)
@pytest.mark.parametrize("testing", [False, True])
def test_suppression_stops_every_class_and_tests_too(klass, why, reason, testing):
    assert judge(facts(klass, suppressed=why, testing=testing), NOW) == Block(reason)


@pytest.mark.parametrize(
    ("klass", "consent", "reason"),
    [
        (T, False, None),
        (T, None, None),
        (S, False, Reason.UNSUBSCRIBED),
        (S, None, None),
        (M, False, Reason.UNSUBSCRIBED),
        (M, None, Reason.NO_CONSENT),
        (M, True, None),
    ],
)
def test_consent(klass, consent, reason):
    block = judge(facts(klass, consent=consent), NOW)
    assert (block.reason if block else None) == reason


def test_who_unsubscribed_still_gets_the_ticket():
    assert judge(facts(T, suppressed="unsubscribe"), NOW) is None
    assert judge(facts(M, suppressed="unsubscribe"), NOW) == Block(Reason.UNSUBSCRIBED)


@pytest.mark.parametrize(("klass", "stopped"), [(T, False), (S, False), (M, True)])
def test_only_marketing_heeds_caps(klass, stopped):
    block = judge(facts(klass, caps=[CapUse(limit=1, sent=1, on_the_way=0)]), NOW)
    assert (block is not None) == stopped


def test_what_is_on_its_way_delays_only():
    block = judge(facts(M, caps=[CapUse(limit=1, sent=0, on_the_way=1)]), NOW)
    assert block is not None
    assert block.until is not None


@pytest.mark.parametrize(("klass", "delayed"), [(T, False), (S, True), (M, True)])
def test_quiet_hours_delay(klass, delayed):
    block = judge(facts(klass, quiet_until=MORNING), NOW)
    assert block == (Block(Reason.QUIET_HOURS, MORNING) if delayed else None)


def test_quiet_hours_block_when_the_message_says_so_or_would_come_too_late():
    assert judge(facts(M, quiet_until=MORNING, on_quiet="block"), NOW) == Block(Reason.QUIET_HOURS)
    late = facts(M, quiet_until=MORNING, deadline=NOW + timedelta(hours=1))
    assert judge(late, NOW) == Block(Reason.QUIET_HOURS)


def test_a_test_message_ignores_consent_caps_and_hours():
    assert judge(facts(M, testing=True, consent=False, quiet_until=MORNING), NOW) is None


def test_without_an_address_nothing_goes():
    assert judge(facts(T, has_address=False), NOW) == Block(Reason.NO_ADDRESS)
