"""API keys: shown once, hashed, scoped, expiring, revocable."""

from datetime import timedelta

import pytest

from postlude.kernel import keys as key_ring
from postlude.orgs import api as orgs
from postlude.orgs.errors import BadKey, BadSetting, Forbidden
from postlude.orgs.models import ApiKey

SCOPE = "sales.view"


@pytest.fixture
def now(clock):
    return clock.now()


def test_a_key_opens_its_scope(org, now) -> None:
    secret, key = orgs.issue_key(org.id, "till", [SCOPE])
    assert secret.startswith(f"pl_{key.id}_")
    found = orgs.check_key(secret, SCOPE, now=now)
    assert (org.id, key.id, frozenset([SCOPE])) == (found.org, found.id, found.scopes)
    orgs.require(found, org.id, SCOPE)


def test_it_opens_nothing_else(org, now) -> None:
    secret, key = orgs.issue_key(org.id, "till", [SCOPE])
    other = orgs.create("eatery", "Eatery", zone="UTC", currency="EUR")
    with pytest.raises(Forbidden):
        orgs.check_key(secret, "people.view_contact", now=now)
    for organisation, scope in ((org.id, "people.erase"), (other.id, SCOPE)):
        with pytest.raises(Forbidden):
            orgs.require(key, organisation, scope)


def test_the_secret_is_nowhere_in_the_database(org) -> None:
    secret, _ = orgs.issue_key(org.id, "till", [SCOPE])
    tail = secret.rpartition("_")[2]
    assert tail not in repr(list(ApiKey.objects.values()))


def test_an_expired_key_is_refused_from_the_instant_on(org, now) -> None:
    secret, _ = orgs.issue_key(org.id, "till", [SCOPE], now + timedelta(hours=1))
    assert orgs.check_key(secret, SCOPE, now=now + timedelta(minutes=59))
    with pytest.raises(BadKey):
        orgs.check_key(secret, SCOPE, now=now + timedelta(hours=1))


def test_a_revoked_key_is_refused_at_once(org, now) -> None:
    secret, key = orgs.issue_key(org.id, "till", [SCOPE])
    other = orgs.create("eatery", "Eatery", zone="UTC", currency="EUR")
    assert not orgs.revoke_key(other.id, key.id, now=now)
    assert orgs.check_key(secret, SCOPE, now=now)
    assert orgs.revoke_key(org.id, key.id, now=now)
    assert not orgs.revoke_key(org.id, key.id, now=now)
    with pytest.raises(BadKey):
        orgs.check_key(secret, SCOPE, now=now)


@pytest.mark.parametrize("wrong", ["", "pl_", "pl_12345678_" + "a" * 32, "鑰匙", "Bearer x"])
def test_a_guess_is_refused(org, now, wrong: str) -> None:
    with pytest.raises(BadKey):
        orgs.check_key(wrong, SCOPE, now=now)


def test_another_keys_secret_is_refused(org, now) -> None:
    one, _ = orgs.issue_key(org.id, "one", [SCOPE])
    _, two = orgs.issue_key(org.id, "two", [SCOPE])
    with pytest.raises(BadKey):
        orgs.check_key(f"pl_{two.id}_{one.rpartition('_')[2]}", SCOPE, now=now)


def test_use_is_noted_at_most_once_a_minute(org, now, django_assert_num_queries) -> None:
    secret, _ = orgs.issue_key(org.id, "till", [SCOPE])
    orgs.check_key(secret, SCOPE, now=now)
    with django_assert_num_queries(1):
        orgs.check_key(secret, SCOPE, now=now + timedelta(seconds=59))
    assert [now] == [key.last_used_at for key in orgs.keys(org.id)]
    orgs.check_key(secret, SCOPE, now=now + timedelta(seconds=60))
    assert [now + timedelta(seconds=60)] == [key.last_used_at for key in orgs.keys(org.id)]


def test_a_scope_nobody_knows_is_refused(org) -> None:
    with pytest.raises(BadSetting):
        orgs.issue_key(org.id, "till", ["sales.veiw"])


def test_keys_outlive_a_new_secret_key(org, now, settings) -> None:
    secret, _ = orgs.issue_key(org.id, "till", [SCOPE])
    settings.POSTLUDE_SECRET_KEYS = f"{key_ring.generate(2)},{settings.POSTLUDE_SECRET_KEYS}"
    assert orgs.check_key(secret, SCOPE, now=now)
