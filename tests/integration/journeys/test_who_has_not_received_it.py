"""A buyer asks again: what is due is sent once more to the stored address, and never in a rush."""

from typing import Any

import pytest

from postlude.journeys import api as journeys
from postlude.journeys.models import Resend
from postlude.kernel import work
from postlude.people import api as people
from postlude.people.types import Actor

ANN = "ann@example.test"


@pytest.fixture
def ask(house: Any) -> Any:
    work.subscribe(journeys.HELP, "journeys", journeys.on_help_asked)
    work.subscribe(people.MOVED, "journeys", journeys.on_contact_moved)

    def ask(email: str, place: str = "192.0.2.1") -> Any:
        asked = people.ask(house.org, email, place, now=house.now)
        contact = asked.contact if asked.allowed else None
        journeys.ask_again(house.org, contact, mark=asked.mark)
        house.deliver()
        return asked

    return ask


def test_an_invitation_that_was_sent_is_sent_again(house: Any, clock: Any, ask: Any) -> None:
    house.buy(ANN)
    house.deliver()
    clock.advance(minutes=16)
    ask(" ANN@example.test ")
    assert [(ANN, "Come in")] * 2 == house.mails()
    assert ["public:help"] == list(Resend.objects.values_list("actor", flat=True))


def test_not_within_a_quarter_of_an_hour(house: Any, clock: Any, ask: Any) -> None:
    """Neither after the invitation itself nor after the last time."""
    house.buy(ANN)
    house.deliver()
    ask(ANN)
    assert 1 == len(house.mails())
    clock.advance(minutes=16)
    for _ in range(3):
        ask(ANN)
    assert 2 == len(house.mails())
    clock.advance(minutes=16)
    ask(ANN)
    assert 3 == len(house.mails())


def test_it_goes_to_the_stored_address_only(house: Any, clock: Any, ask: Any) -> None:
    """Whoever asks with the address of before."""
    house.buy("amn@example.test")
    house.deliver()
    contact, actor = house.contact("amn@example.test"), Actor("staff", "7")
    people.change_email(house.org, contact, ANN, actor=actor, now=house.now)
    house.deliver()
    clock.advance(minutes=16)
    ask("amn@example.test")
    assert ["amn@example.test", ANN, ANN] == [mail.to_address for mail in house.mail.sent]


def test_nothing_is_due(house: Any, clock: Any, ask: Any) -> None:
    """Nobody known, a bad address, a refund, an event that is over, a mail that waits anyway."""
    ask("stranger@example.test")
    ask("no address")
    number = house.buy("refunded@example.test")
    house.deliver()
    house.refund(number, "refunded@example.test")
    clock.advance(minutes=16)
    ask("refunded@example.test")
    assert [("refunded@example.test", "Come in")] == house.mails()
    house.door.mood = "tired"
    house.buy("waits@example.test")
    ask("waits@example.test")
    assert 1 == len(house.mails())
    house.door.mood = "open"
    clock.advance(minutes=16)
    house.deliver()
    clock.advance(days=9)
    ask("waits@example.test")
    assert [
        ("refunded@example.test", "Come in"),
        ("waits@example.test", "Come in"),
    ] == house.mails()
    assert 0 == Resend.objects.count()
    assert not work.dead_rows(house.org)


def test_the_counters_hold_over_addresses_and_places(house: Any, clock: Any, ask: Any) -> None:
    assert [True] * 3 + [False] == [ask(ANN, f"192.0.2.{n}").allowed for n in range(4)]
    tried = [ask(f"a{n}@example.test", "198.51.100.7").allowed for n in range(21)]
    assert [True] * 20 + [False] == tried
    clock.advance(minutes=16)
    assert ask(ANN, "198.51.100.7").allowed


def test_nobody_closes_the_door_for_the_others(house: Any, ask: Any) -> None:
    """Whoever is turned away does not count among all."""
    from postlude.people.models import Knock

    for _ in range(30):
        people.ask(house.org, "stranger@example.test", "198.51.100.7", now=house.now)
    assert 3 == Knock.objects.get(key="all").count


def test_somebodys_mailbox_is_not_filled(house: Any, clock: Any, ask: Any) -> None:
    """At most three times a day, whoever asks."""
    house.buy(ANN)
    house.deliver()
    for _ in range(6):
        clock.advance(minutes=16)
        ask(ANN)
    assert 1 + 3 == len(house.mails())
    clock.advance(days=1)
    ask(ANN)
    assert 1 + 4 == len(house.mails())


def test_no_address_and_no_place_is_kept(house: Any, ask: Any) -> None:
    from postlude.kernel.models import WorkRow
    from postlude.people.models import Knock

    work.unsubscribe_all()
    work.subscribe(journeys.HELP, "nobody", lambda _: None)
    asked = people.ask(house.org, "stranger@example.test", "192.0.2.1", now=house.now)
    journeys.ask_again(house.org, asked.contact, mark=asked.mark)
    kept = repr([*Knock.objects.values_list(), *WorkRow.objects.values_list()])
    assert 3 == Knock.objects.count()
    assert "stranger" not in kept
    assert "192.0.2" not in kept


def test_a_stranger_costs_as_many_queries_as_a_buyer(house: Any, clock: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    house.buy(ANN)
    house.deliver()
    clock.advance(minutes=16)
    counts = []
    for email in ("warm@example.test", ANN, "stranger@example.test", "no address at all"):
        with CaptureQueriesContext(connection) as seen:
            asked = people.ask(house.org, email, "192.0.2.1", now=house.now)
            journeys.ask_again(house.org, asked.contact, mark=asked.mark)
        counts.append(len(seen))
    assert 1 == len(set(counts)), counts
