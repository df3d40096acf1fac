"""A file of facts is in as it tells, once, however often it comes and wherever a load was cut."""

import gzip
from collections import Counter
from datetime import UTC, datetime

import pytest
from django.db import OperationalError

from postlude.kernel import store
from postlude.orders import api as orders
from postlude.people import api as people
from postlude.sources.history import committing
from postlude.sources.models import FactFile

from .conftest import EXAMPLE

NEW = {
    "sms_code": 2,
    "contact": 10,
    "visitor": 8,
    "cycle": 2,
    "message": 15,
    "block": 1,
    "failure": 1,
    "touch": 13,
    "activity": 13,
    "order": 8,
}


def _states() -> Counter[tuple[str, str, bool]]:
    rows = store.rows_sql(
        "SELECT channel, state, testing FROM messages_facts_message ORDER BY channel"
    )
    return Counter((channel, state, bool(testing)) for channel, state, testing in rows)


def test_the_worked_example_is_in_as_it_was(history) -> None:
    """Messages, blocks, touches, hits and orders of the example, with whom and what they are of."""
    report = history.load(EXAMPLE)
    assert report.new == NEW
    assert not report.rejected
    assert _states() == {
        ("email", "delivered", False): 7,
        ("email", "bounced", False): 1,
        ("email", "blocked", False): 1,
        ("email", "failed", False): 1,
        ("email", "accepted", True): 2,
        ("sms", "accepted", False): 3,
        ("sms", "failed", False): 1,
        ("sms", "accepted", True): 1,
    }
    assert store.rows_sql(
        "SELECT SUM(segments) FROM messages_facts_message "
        "WHERE channel = 'sms' AND state = 'accepted' AND NOT testing"
    ) == [(4,)]
    assert store.rows_sql(
        "SELECT kind, node, COUNT(*), COUNT(DISTINCT contact), COUNT(DISTINCT visitor) "
        "FROM tracking_touch GROUP BY kind, node ORDER BY kind, node"
    ) == [("click", "N1", 6, 6, 6), ("click", "N2", 2, 2, 2), ("open", "N1", 5, 4, 0)]
    assert store.rows_sql("SELECT reason, node FROM messages_sendblock") == [
        ("frequency_cap", "N1")
    ]
    assert store.rows_sql(
        "SELECT slug, folder, active, entered FROM journeys_journey j "
        "JOIN journeys_cycle c ON c.journey_id = j.id WHERE NOT active ORDER BY slug"
    ) == [("w1", "F1", False, 10), ("w2", "F1", False, 4)]
    found = orders.shop_orders_named(history.org, [f"o{n}" for n in range(1, 9)])
    assert sum(each.amount.minor for each in found.values() if each.amount) == 450_000
    assert {each.past for each in found.values()} == {True}
    assert found["o3"].opened_at == datetime(2026, 3, 11, 3, 10, tzinfo=UTC)


def test_again_it_changes_nothing(history) -> None:
    """The same file again is known; its lines in another file are known one by one."""
    history.load(EXAMPLE)
    before = store.rows_sql("SELECT COUNT(*) FROM tracking_touch")
    again = history.load(EXAMPLE)
    assert again.repeated
    assert again.new == NEW
    lines = EXAMPLE.read_bytes().splitlines(keepends=True)
    packed = history.folder / "other.ndjson.gz"
    packed.write_bytes(gzip.compress(b"".join(reversed(lines))))
    other = history.load(packed)
    assert not other.new
    assert other.known == NEW
    assert store.rows_sql("SELECT COUNT(*) FROM tracking_touch") == before


def test_a_load_that_was_cut_off_goes_on(history, monkeypatch) -> None:
    """What was committed stays; the next load begins after it and ends the same."""
    commit, calls = committing.commit, []

    def breaking(*given, **more):
        calls.append(more["rank"])
        if len(calls) == 5:
            raise OperationalError("the power went")
        return commit(*given, **more)

    monkeypatch.setattr(committing, "commit", breaking)
    with pytest.raises(OperationalError):
        history.load(EXAMPLE)
    row = FactFile.objects.get()
    assert row.finished_at is None
    assert (row.rank, row.position) == (4, 1)
    calls.clear()
    report = history.load(EXAMPLE)
    assert report.resumed
    assert calls == [5, 7, 8, 9]
    assert report.new == NEW


def test_a_dry_run_writes_nothing(history) -> None:
    """It says what would be new and what is wrong, and no table has a row more."""
    path = history.write(
        {"kind": "contact", "id": "A1", "name": "Ann"},
        {
            "kind": "consent",
            "contact": "A1",
            "channel": "email",
            "granted": True,
            "at": "2026-01-01T00:00:00Z",
        },
        {
            "kind": "consent",
            "contact": "A2",
            "channel": "email",
            "granted": True,
            "at": "2026-01-01T00:00:00Z",
        },
    )
    report = history.load(path, dry_run=True)
    assert report.new == {"contact": 1, "consent": 1}
    assert report.rejected == {"missing_reference": 1}
    assert store.rows_sql("SELECT COUNT(*) FROM people_contact") == [(0,)]
    assert store.rows_sql("SELECT COUNT(*) FROM sources_fact_file") == [(0,)]
    assert history.load(EXAMPLE, dry_run=True).new == NEW


def test_what_people_said_holds_as_of_when_they_said_it(history) -> None:
    """Of two answers the later one holds, in whatever order they are told; an address is kept out."""
    history.tell(
        {
            "kind": "consent",
            "contact": "A1",
            "channel": "sms",
            "granted": False,
            "at": "2026-02-01T00:00:00Z",
        },
        {
            "kind": "consent",
            "contact": "A1",
            "channel": "sms",
            "granted": True,
            "at": "2026-01-01T00:00:00Z",
        },
        {
            "kind": "suppression",
            "email": "Bounced@Worked.test",
            "reason": "hard_bounce",
            "at": "2026-01-01T00:00:00Z",
        },
        {
            "kind": "contact",
            "id": "A1",
            "phone": "+886912345678",
            "tags": ["vip"],
            "birthday": "1990-05-03",
        },
        {"kind": "contact", "id": "A2", "email": "bounced@worked.test"},
        {"kind": "contact", "id": "A3", "phone": "0912 345 670", "placeholder": True},
    )
    numbers, phones = people.find_customers(
        history.org, numbers=["A1", "A2", "A3"], phones=["+886912345670"]
    )
    assert people.consents(history.org, [numbers["A1"]], "sms") == {numbers["A1"]: False}
    assert people.suppressed(history.org, [numbers["A2"]], "email") == {
        numbers["A2"]: "hard_bounce"
    }
    assert people.headless(history.org, phones.values()) == set(phones.values())
    assert "A3" not in numbers
    assert people.standings(history.org, [numbers["A1"]])[numbers["A1"]].tags == {"vip"}
