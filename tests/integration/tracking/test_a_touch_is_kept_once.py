from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from postlude.orgs import api as orgs
from postlude.tracking import api as tracking
from postlude.tracking.models import Touch
from postlude.tracking.types import Hit, TouchKind

AT = datetime(2023, 9, 1, 17, 0, tzinfo=UTC)
HIT = Hit(kind=TouchKind.OPEN, message=7, at=AT)


def test_a_repeat_changes_nothing(org, clock):
    assert 1 == tracking.record_many(org.id, [HIT, HIT], now=AT)
    assert 0 == tracking.record_many(org.id, [HIT], now=AT)

    assert 1 == len(tracking.touches_of(org.id, [7])[7])


def test_a_second_later_is_another_touch(org, clock):
    later = replace(HIT, at=AT + timedelta(seconds=1))

    assert 2 == tracking.record_many(org.id, [HIT, later], now=AT)


def test_the_providers_event_id_decides_whatever_the_second(org, clock):
    first = replace(HIT, provider="mailgun", event_id="e1")
    again = replace(first, kind=TouchKind.OPEN, origin="other")

    assert 1 == tracking.record_many(org.id, [first, again], now=AT)


def test_the_day_is_the_organisations(org, clock):
    tracking.record_many(org.id, [HIT], now=AT)

    assert date(2023, 9, 2) == Touch.objects.get(org_id=org.id).day


def test_another_organisation_sees_nothing(org, clock):
    other = orgs.create("other", "Other", zone="Europe/Berlin", currency="EUR")
    tracking.record_many(org.id, [HIT], now=AT)

    assert [] == tracking.touches_of(other.id, [7])[7]


def test_an_access_is_found_by_what_it_opened(org, clock):
    access = Hit(kind=TouchKind.ACCESS, message=None, subject=99, at=AT)
    tracking.record_many(org.id, [access, HIT], now=AT)

    (fact,) = tracking.accesses_of(org.id, [99])[99]
    assert (TouchKind.ACCESS, 99) == (fact.kind, fact.subject)


def test_an_address_is_kept_as_a_keyed_hash_that_differs_between_organisations(org):
    other = orgs.create("other", "Other", zone="Europe/Berlin", currency="EUR")

    assert "192.0.2.7" not in tracking.origin_of(org.id, "192.0.2.7")
    assert tracking.origin_of(org.id, "192.0.2.7") != tracking.origin_of(other.id, "192.0.2.7")
