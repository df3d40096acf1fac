"""The worked example of identity: browsers, members, and who a visitor is when it is asked."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from postlude.kernel import store
from postlude.people import api as people
from postlude.people.types import Visit, Visited

C = {name: f"{name}-browser-000001" for name in ("c1", "c2", "c3", "c5")}


@pytest.fixture
def hit(org):
    seconds = count()
    begin = datetime(2026, 3, 10, tzinfo=UTC)

    def visit(cid: str, member: str = "") -> Visited:
        at = begin + timedelta(seconds=next(seconds))
        with store.write():
            return people.visit_many(org.id, [Visit(C[cid], at, member)], now=at)[0]

    return visit


def test_the_worked_example(org, hit):
    u1 = hit("c1")
    logged_in = hit("c1", "m1")
    u2 = hit("c2")
    also = hit("c2", "m1")
    u3 = hit("c3")
    u4 = hit("c1", "m2")
    after = hit("c1")

    assert (u1.contact, u2.contact, u3.contact) == (None, None, None)
    assert u1.visitor == logged_in.visitor
    assert (u2.visitor, logged_in.contact) == (also.visitor, also.contact)
    assert u4.visitor not in {u1.visitor, u2.visitor, u3.visitor}
    assert u4.contact not in {None, logged_in.contact}
    assert after == u4  # the one seen last
    assert hit("c1", "m1").visitor == u1.visitor
    everybody = {each.visitor: each.contact for each in (logged_in, also, u3, u4)}
    assert everybody == people.contacts_of_visitors(org.id, everybody)
    rows = store.rows_sql("SELECT visitor, contact, headless FROM people_facts_visitor")
    assert everybody == {visitor: contact for visitor, contact, _ in rows}
    assert [u3.visitor] == [visitor for visitor, _, headless in rows if headless]


def test_hits_of_one_group_go_one_after_the_other(org):
    at = datetime(2026, 3, 10, tzinfo=UTC)
    told = [("c1", ""), ("c1", "m1"), ("c1", "m2"), ("c2", "m1"), ("c1", ""), ("c1", "m1")]
    visits = [
        Visit(C[cid], at + timedelta(seconds=number), member)
        for number, (cid, member) in enumerate(told)
    ]
    with store.write():
        first, m1, m2, other, last, again = people.visit_many(org.id, visits, now=at)

    assert first.visitor == m1.visitor == again.visitor
    assert (m1.contact, m2) == (other.contact, last)
    with store.write():
        assert 6 == len(people.visit_many(org.id, visits, now=at))
    assert [(3,)] == store.rows_sql("SELECT COUNT(*) FROM people_facts_visitor")


def test_a_browser_is_another_visitor_in_another_organisation(org):
    from postlude.orgs import api as orgs

    other = orgs.create("other", "Other", zone="Asia/Taipei", currency="TWD")
    at = datetime(2026, 3, 10, tzinfo=UTC)
    with store.write():
        (mine,) = people.visit_many(org.id, [Visit(C["c1"], at, "m1")], now=at)
        (theirs,) = people.visit_many(other.id, [Visit(C["c1"], at, "m1")], now=at)

    assert mine.visitor != theirs.visitor
    assert mine.contact != theirs.contact
    assert {} == people.contacts_of_visitors(other.id, [mine.visitor])


def test_who_is_forgotten_is_not_known_again_by_the_browser_or_the_number(org, hit):
    from postlude.kernel import clock
    from postlude.people.types import Actor

    known = hit("c1", "m1")
    people.erase(org.id, known.contact, actor=Actor("cli", "test"), now=clock.now())
    again = hit("c1", "m1")

    assert again.visitor != known.visitor
    assert again.contact is None
    assert {again.visitor: None} == people.contacts_of_visitors(
        org.id, [known.visitor, again.visitor]
    )


def test_a_phone_at_the_till_is_a_placeholder_until_somebody_registers_with_it(org) -> None:
    from postlude.people.types import Actor, CustomerSeen

    at, till = datetime(2026, 3, 10, tzinfo=UTC), Actor("key", "till")

    def keep(**seen: str) -> int:
        (kept,) = people.upsert_customers(org.id, [CustomerSeen(**seen)], actor=till, now=at)
        return kept.contact or 0

    h1 = keep(phone="+886912345678")
    other = keep(phone="+886987654321")
    member = keep(phone="+886922222222", number="m9")
    assert {h1, other} == people.headless(org.id, [h1, other, member])

    m3 = keep(phone="0912-345-678", number="m3")
    assert {m3: m3, h1: m3} == people.canonical(org.id, [m3, h1])
    assert {other} == people.headless(org.id, [h1, other, member])
    keep(phone="+886987654321", email="ann@example.test")
    assert set() == people.headless(org.id, [h1, other, member])


def test_a_visitor_of_a_placeholder_is_the_next_members(org, hit) -> None:
    from postlude.people.models import Visitor
    from postlude.people.types import Actor, CustomerSeen

    at = datetime(2026, 3, 10, tzinfo=UTC)
    (bare,) = people.upsert_customers(
        org.id, [CustomerSeen(phone="+886912345678")], actor=Actor("key", "till"), now=at
    )
    first = hit("c1")
    Visitor.objects.filter(id=first.visitor).update(contact_id=bare.contact)

    (headless,) = store.rows_sql("SELECT headless FROM people_facts_visitor")
    logged_in = hit("c1", "m1")

    assert (1,) == headless
    assert first.visitor == logged_in.visitor
    assert logged_in.contact not in {None, bare.contact}
    assert [(0,)] == store.rows_sql("SELECT headless FROM people_facts_visitor")
