"""Promise 4: what changes between decision and sending counts."""

from datetime import UTC, datetime, time, timedelta

import pytest

from postlude.kernel import clock as kernel_clock
from postlude.messages import api as messages
from postlude.messages.models import SendBlock
from postlude.messages.types import Block, Reason, State
from postlude.orgs import api as orgs
from postlude.orgs.types import Cap
from postlude.people import api as people
from postlude.people.types import Description


def consent(desk, contact, granted=True):
    people.set_consent(desk.org, contact, "email", granted=granted, source="form", now=desk.now)


def marketing(desk, key, contact, **changes):
    return desk.enqueue(desk.new(key, contact, klass="marketing", lane=2, **changes))[0]


@pytest.mark.parametrize("klass", ["transactional", "service", "marketing"])
@pytest.mark.parametrize("why", ["hard_bounce", "complaint"])
def test_a_suppression_after_the_decision_stops_every_class(desk, klass, why):
    contact = desk.contact()
    consent(desk, contact)
    (it,) = desk.enqueue(desk.new("k", contact, klass=klass))
    people.suppress(desk.org, "email", "ann0@example.test", why, now=desk.now)
    assert desk.to_wire() == []
    fact = desk.fact(it)
    assert (fact.state, fact.reason) == (State.BLOCKED, "suppressed")
    row = SendBlock.objects.get()
    assert (row.message, row.contact, row.reason, row.channel) == (
        it,
        contact,
        "suppressed",
        "email",
    )


def test_an_unsubscribe_after_the_decision_stops_marketing_only(desk):
    contact = desk.contact()
    consent(desk, contact)
    offer = marketing(desk, "offer", contact)
    ticket = desk.enqueue(desk.new("ticket", contact))[0]
    consent(desk, contact, granted=False)
    assert desk.to_wire() == [ticket]
    assert desk.fact(offer).reason == "unsubscribed"


def test_nobody_gets_marketing_without_a_yes(desk):
    offer = marketing(desk, "offer", desk.contact(7))
    assert desk.to_wire() == []
    assert desk.fact(offer).reason == "no_consent"


def test_a_cap_is_a_rolling_window(desk, clock):
    orgs.configure(desk.org, caps=[Cap("email", 1, 7)])
    contact = desk.contact()
    consent(desk, contact)
    first = marketing(desk, "1", contact)
    desk.settle(desk.to_wire())
    clock.advance(days=6)
    second = marketing(desk, "2", contact)
    assert desk.to_wire() == []
    assert desk.fact(second).reason == "frequency_cap"
    clock.advance(days=1, seconds=1)
    third = marketing(desk, "3", contact)
    assert desk.to_wire() == [third]
    assert desk.fact(first).state is State.ACCEPTED


def test_two_in_one_window_count_each_other(desk, clock):
    orgs.configure(desk.org, caps=[Cap(None, 1, 7)])
    contact = desk.contact()
    consent(desk, contact)
    first, second = marketing(desk, "1", contact), marketing(desk, "2", contact)
    assert desk.to_wire() == [first]
    assert desk.fact(second).state is State.QUEUED  # delayed: the first may still fail
    desk.settle([first], "failed")
    clock.advance(seconds=10)
    assert desk.to_wire() == [second]


def test_two_workers_cannot_both_pass_a_cap(desk):
    orgs.configure(desk.org, caps=[Cap(None, 1, 7)])
    contact = desk.contact()
    consent(desk, contact)
    marketing(desk, "1", contact)
    marketing(desk, "2", contact)
    leased = [messages.lease(desk.sender, owner=f"w{n}", limit=1, now=desk.now) for n in range(2)]
    passed = [
        messages.screen(window, owner=f"w{n}", now=desk.now) for n, window in enumerate(leased)
    ]
    assert len([it for window in passed for it in window]) <= 1


def test_test_messages_pass_and_never_count(desk):
    orgs.configure(desk.org, caps=[Cap(None, 1, 7)])
    contact = desk.contact()
    consent(desk, contact)
    marketing(desk, "try", contact, testing=True)
    desk.settle(desk.to_wire())
    real = marketing(desk, "real", contact)
    assert desk.to_wire() == [real]
    assert messages.delays(desk.org, since=desk.now - timedelta(days=1), now=desk.now).accepted == 0


def test_a_test_send_reaches_one_contact(desk):
    it = messages.send_test(
        desk.org,
        desk.version,
        sender=desk.sender,
        contact=desk.contact(),
        locale="en",
        now=desk.now,
        context={"conference": "X"},
    )
    assert desk.to_wire() == [it.message]
    assert desk.fact(it.message).testing


def test_quiet_hours_delay_till_the_local_morning(make_desk):
    night = datetime(2023, 9, 1, 15, 0, tzinfo=UTC)  # 23:00 in Taipei
    with kernel_clock.use(kernel_clock.FrozenClock(night)) as clock:
        desk = make_desk()
        orgs.configure(desk.org, quiet_from=time(22), quiet_to=time(8))
        contact = desk.contact()
        consent(desk, contact)
        offer = marketing(desk, "offer", contact)
        ticket = desk.enqueue(desk.new("ticket", contact))[0]
        strict = marketing(desk, "strict", contact, on_quiet="block")
        assert desk.to_wire() == [ticket]
        assert desk.fact(offer).due == datetime(2023, 9, 2, 0, 0, tzinfo=UTC)
        assert desk.fact(strict).reason == "quiet_hours"
        clock.advance(hours=9)
        assert desk.to_wire() == [offer]


def lives_in(desk, contact: int, zone: str) -> None:
    people.describe_many(desk.org, [Description(contact, zone=zone)])


def test_it_is_quiet_by_the_persons_own_clocks(make_desk):
    """15:00 in Taipei is 23:00 of the day before in Los Angeles: one hears now, the other at 8."""
    noon = datetime(2023, 9, 1, 7, 0, tzinfo=UTC)
    with kernel_clock.use(kernel_clock.FrozenClock(noon)):
        desk = make_desk()
        orgs.configure(desk.org, quiet_from=time(22), quiet_to=time(8))
        here, there = desk.contact(1), desk.contact(2)
        lives_in(desk, there, "America/Los_Angeles")
        for each in (here, there):
            consent(desk, each)
        first, second = marketing(desk, "1", here), marketing(desk, "2", there)
        assert [first] == desk.to_wire()
        assert datetime(2023, 9, 1, 15, 0, tzinfo=UTC) == desk.fact(second).due
        strict = marketing(desk, "3", there, on_quiet="block")
        assert [] == desk.to_wire()
        assert "quiet_hours" == desk.fact(strict).reason


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        # 26 March: 02:00 becomes 03:00, so a night from 22 to 8 is an hour shorter.
        (datetime(2023, 3, 25, 22, 0, tzinfo=UTC), datetime(2023, 3, 26, 6, 0, tzinfo=UTC)),
        # 29 October: 03:00 becomes 02:00, so it is an hour longer.
        (datetime(2023, 10, 28, 21, 0, tzinfo=UTC), datetime(2023, 10, 29, 7, 0, tzinfo=UTC)),
    ],
)
def test_a_night_in_which_the_clocks_change_ends_in_the_morning(make_desk, now, expected):
    """Of a person in Berlin, written to from Taipei, where the clocks never change."""
    with kernel_clock.use(kernel_clock.FrozenClock(now)) as clock:
        desk = make_desk()
        orgs.configure(desk.org, quiet_from=time(22), quiet_to=time(8))
        contact = desk.contact()
        lives_in(desk, contact, "Europe/Berlin")
        consent(desk, contact)
        offer = marketing(desk, "offer", contact)
        assert [] == desk.to_wire()
        assert expected == desk.fact(offer).due
        clock.advance(seconds=(expected - now).total_seconds() - 1)
        assert [] == desk.to_wire()
        clock.advance(seconds=1)
        assert [offer] == desk.to_wire()


def test_asking_changes_nothing(desk):
    contact = desk.contact()
    it = marketing(desk, "offer", contact)
    leased = messages.lease(desk.sender, owner="w", limit=1, now=desk.now)
    blocks = messages.blocked_many(desk.org, leased, now=desk.now)
    assert blocks == {it: Block(Reason.NO_CONSENT)}
    assert desk.fact(it).state is State.LEASED


def test_one_click_withdraws_consent_and_says_by_which_message(desk):
    contact = desk.contact()
    consent(desk, contact)
    it = marketing(desk, "offer", contact)
    leased = messages.lease(desk.sender, owner="w", limit=1, now=desk.now)
    (rendered,), _ = messages.render(leased, now=desk.now)
    names = dict(rendered.headers)
    assert names["List-Unsubscribe"] == f"<http://testserver/u/{rendered.token}>"
    assert names["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    gone = messages.unsubscribe(rendered.token, now=desk.now, via="one-click")
    assert (gone.message, gone.contact, gone.channel) == (it, contact, "email")
    assert people.consents(desk.org, [contact], "email") == {contact: False}
    assert messages.unsubscribe("nonsense", now=desk.now, via="page") is None


def test_a_ticket_mail_carries_no_unsubscribe_header(desk):
    desk.queue(1)
    leased = messages.lease(desk.sender, owner="w", limit=1, now=desk.now)
    (rendered,), _ = messages.render(leased, now=desk.now)
    assert [name for name, _ in rendered.headers] == ["Message-ID"]
