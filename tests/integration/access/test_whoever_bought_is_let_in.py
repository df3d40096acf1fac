"""Valid tickets times the map is what people may enter: no more, no less, however often asked."""

from postlude.access import api as access
from postlude.access import claiming
from postlude.access.authorisers import registry
from postlude.access.models import Resource
from postlude.orders import api as orders
from postlude.people import api as people


def test_a_buyer_is_let_in_wherever_the_ticket_opens(booth):
    """Ticket type and event decide which resources are granted."""
    ann, bob = booth.buy("ann@example.test"), booth.buy("bob@example.test", "Video ticket")

    booth.ask(ann, bob)
    booth.work()

    assert {"gather": "granted", "youtube": "granted"} == booth.states(ann)
    assert {"youtube": "granted"} == booth.states(bob)
    assert {"ann@example.test"} == booth.guests()
    assert 0 == booth.sandbox.client.received("gather")["overwrites"]


def test_asking_twice_changes_nothing(booth):
    """grant_many is safe to repeat: the same grants, one call."""
    ann = booth.buy("ann@example.test")
    first = access.grant_many(booth.org, booth.conference, [ann], now=booth.now)
    booth.work()
    second = access.grant_many(booth.org, booth.conference, [ann], now=booth.now)

    assert sorted(first[ann]) == sorted(second[ann])
    assert 0 == booth.work()
    assert 1 == booth.sandbox.client.received("gather")["set_calls"]


def test_many_buyers_are_one_call(booth):
    """A hundred e-mails go to Gather in one call."""
    contacts = [booth.buy(f"p{n}@example.test") for n in range(100)]
    booth.ask(*contacts)
    booth.work()

    assert 1 == booth.sandbox.client.received("gather")["set_calls"]
    assert 100 == len(booth.guests())


def test_an_unknown_ticket_type_is_a_visible_warning_and_no_grant(booth):
    """What the map does not know opens nothing and is shown; a known nothing is silent."""
    ann, bob = booth.buy("ann@example.test", "Mystery"), booth.buy("b@example.test", "Dinner")
    booth.ask(ann, bob)

    assert {} == booth.states(ann) | booth.states(bob)
    codes = [warning.code for warning in orders.warnings(booth.org)]
    assert 1 == codes.count("unmapped_ticket_type")


def test_one_refund_of_several_keeps_access_and_the_last_one_takes_it(booth):
    """Entitlement is all valid tickets together; buying again lets in again, by the same link."""
    ann = booth.buy("ann@example.test")
    booth.buy("ann@example.test")
    booth.ask(ann)
    booth.work()
    booth.refund("1", "ann@example.test")
    assert {} == access.revoke_unentitled(booth.org, booth.conference, [ann], now=booth.now)
    assert "granted" == booth.states(ann)["gather"]

    booth.refund("2", "ann@example.test")
    access.revoke_unentitled(booth.org, booth.conference, [ann], now=booth.now)
    assert {"gather": "revoked", "youtube": "revoked"} == booth.states(ann)
    assert [ann] == [each.contact for each in access.to_remove_by_hand(booth.org)]

    booth.buy("ann@example.test")
    booth.ask(ann)
    booth.work()
    assert {"gather": "granted", "youtube": "granted"} == booth.states(ann)
    assert [] == access.to_remove_by_hand(booth.org)
    kinds = [event.kind for event in access.history_of(booth.org, ann)]
    assert 2 == kinds.count("revoked")
    assert 4 == kinds.count("granted")


def test_a_removal_is_done_by_a_person_and_recorded(booth):
    """Gather has no safe removal: it is listed, and ticked off with the name of who did it."""
    ann = booth.buy("ann@example.test")
    booth.ask(ann)
    booth.work()
    booth.refund("1", "ann@example.test")
    access.revoke_unentitled(booth.org, booth.conference, [ann], now=booth.now)
    (listed,) = access.to_remove_by_hand(booth.org)
    assert booth.grants(ann)["gather"].to_remove_by_hand

    assert 1 == access.removed_by_hand(booth.org, [listed.id], actor="staff:1", now=booth.now)
    assert 0 == access.removed_by_hand(booth.org, [listed.id], actor="staff:1", now=booth.now)
    assert [] == access.to_remove_by_hand(booth.org)
    assert "staff:1" == access.history_of(booth.org, ann)[-1].actor


def test_the_address_of_a_call_on_its_way_is_known(booth):
    """Refunded before the answer: the address that the vendor was told is the one to remove."""
    ann = booth.buy("ann@example.test")
    booth.ask(ann)
    gather = Resource.objects.get(org=booth.org, key="gather")
    batch = claiming.claim(gather, registry.of("gather", resource="gather"), booth.now)
    assert batch is not None
    booth.refund("1", "ann@example.test")
    access.revoke_unentitled(booth.org, booth.conference, [ann], now=booth.now)

    (listed,) = access.to_remove_by_hand(booth.org)
    assert people.addresses(booth.org, [ann])[ann].id == listed.address


def test_other_organisations_see_nothing(booth, clock):
    """Grants of one organisation do not exist for another."""
    ann = booth.buy("ann@example.test")
    (grant, *_) = access.grant_many(booth.org, booth.conference, [ann], now=booth.now)[ann]

    assert {} == access.grants(booth.org + 1, [grant])
    assert {} == access.grants_of(booth.org + 1, [ann], booth.conference)
    assert {} == access.link_for(booth.org + 1, [grant])
