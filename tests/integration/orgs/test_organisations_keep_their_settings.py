"""Organisations, branches, quiet hours, caps and fees."""

from datetime import UTC, date, datetime, time

import pytest

from postlude.orgs import api as orgs
from postlude.orgs.errors import BadSetting, SlugTaken, UnknownOrganization
from postlude.orgs.types import Cap, Fee

NOON = datetime(2023, 9, 1, 4, tzinfo=UTC)  # in Taipei
NIGHT = datetime(2023, 9, 1, 15, tzinfo=UTC)  # 23:00 in Taipei


def test_it_is_found_again(org) -> None:
    assert org == orgs.get(org.id) == orgs.by_slug("pycon")
    assert [org] == orgs.all_orgs()


def test_an_unknown_one_is_a_clear_error(org) -> None:
    with pytest.raises(UnknownOrganization):
        orgs.get(1)
    with pytest.raises(LookupError):
        orgs.by_slug("nobody")


def test_a_slug_is_given_once(org) -> None:
    with pytest.raises(SlugTaken):
        orgs.create("pycon", "Another", zone="UTC", currency="EUR")


@pytest.mark.parametrize(
    "wrong",
    [
        {"zone": "Mars/Olympus"},
        {"zone": "../etc/passwd"},
        {"currency": "twd"},
        {"locale": "x"},
        {"region": "TWN"},
        {"slug": "Two Words"},
    ],
)
def test_nonsense_is_refused(db, wrong: dict[str, str]) -> None:
    given = {"slug": "a", "zone": "UTC", "currency": "EUR", "locale": "en", "region": "DE"} | wrong
    with pytest.raises(BadSetting):
        orgs.create(name="A", **given)


def test_quiet_hours_are_none_until_set(org) -> None:
    assert orgs.quiet_hours(org.id) is None
    assert orgs.quiet_until(org.id, NIGHT) is None
    orgs.configure(org.id, quiet_from=time(22), quiet_to=time(8))
    assert (time(22), time(8)) == orgs.quiet_hours(org.id)
    assert orgs.quiet_until(org.id, NOON) is None
    assert datetime(2023, 9, 2, 0, tzinfo=UTC) == orgs.quiet_until(org.id, NIGHT)
    orgs.configure(org.id, name="PyCon Taiwan")
    assert orgs.quiet_hours(org.id) is not None
    orgs.configure(org.id, quiet_from=None, quiet_to=None)
    assert orgs.quiet_hours(org.id) is None


def test_half_a_night_is_refused(org) -> None:
    with pytest.raises(BadSetting):
        orgs.configure(org.id, quiet_from=time(22))
    assert orgs.quiet_hours(org.id) is None


def test_caps_and_fees_come_back_typed(org) -> None:
    assert [] == orgs.caps(org.id)
    assert orgs.fees(org.id).of("email") is None
    orgs.configure(
        org.id,
        caps=[Cap("email", 3, 7), Cap(None, 10, 30)],
        fees={"email": Fee(), "card": Fee(5, 28)},
    )
    assert [Cap("email", 3, 7), Cap(None, 10, 30)] == orgs.caps(org.id)
    assert Fee(0, 0) == orgs.fees(org.id).of("email")
    assert Fee(5, 28) == orgs.fees(org.id).of("card")
    with pytest.raises(BadSetting):
        orgs.configure(org.id, fees={"card": Fee(0, 1001)})


def test_branches_live_in_their_own_zone_or_the_organisations(org) -> None:
    own = orgs.add_branch(org.id, "berlin", "Berlin", zone="Europe/Berlin")
    plain = orgs.add_branch(org.id, "hall", "Main hall")
    assert ("Europe/Berlin", "Asia/Taipei") == (own.zone, plain.zone)
    assert [own, plain] == orgs.branches(org.id)
    with pytest.raises(SlugTaken):
        orgs.add_branch(org.id, "hall", "Again")


def test_the_local_day(org) -> None:
    assert date(2023, 9, 2) == orgs.local_day(org.id, datetime(2023, 9, 1, 16, tzinfo=UTC))
    begin, end = orgs.day_bounds(org.id, date(2023, 9, 2))
    assert begin == datetime(2023, 9, 1, 16, tzinfo=UTC)
    assert end == datetime(2023, 9, 2, 16, tzinfo=UTC)
