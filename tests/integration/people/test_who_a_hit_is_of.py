"""Identity clause by clause: measurement 12 to 17, A-9 to A-16, and worked example 3."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from postlude.kernel import store, work
from postlude.kernel.models import WorkRow
from postlude.orgs import api as orgs
from postlude.orgs.api import IdentityRules
from postlude.people import api as people
from postlude.people.models import Address, Placeholder, Visitor
from postlude.people.types import Actor, CustomerKept, CustomerSeen, SaidAddress, Visit, Visited

TILL = Actor("key", "till")
STAFF = Actor("staff", "7")
BEGIN = datetime(2026, 3, 10, tzinfo=UTC)


def cid(name: str) -> str:
    return f"{name}-browser-000001"


@pytest.fixture
def hit(org):
    seconds = count()

    def visit(name: str, member: str = "", *, logged_out: bool = False, ago: int = 0) -> Visited:
        at = BEGIN + timedelta(seconds=next(seconds) * 100 - ago)
        with store.write():
            told = Visit(cid(name), at, member, logged_out=logged_out)
            return people.visit_many(org.id, [told], now=at)[0]

    return visit


@pytest.fixture
def keep(org):
    def kept(number: str = "", phone: str | None = None, **more) -> CustomerKept:
        said = CustomerSeen(number, phone, **more)
        return people.upsert_customers(org.id, [said], actor=TILL, now=BEGIN)[0]

    return kept


def anonymous(org, visitors) -> set[int]:
    """Clause 17, as a report asks it: nobody known, or a placeholder, by now."""
    rows = store.rows_sql("SELECT visitor FROM people_facts_visitor WHERE headless = 1")
    return {visitor for (visitor,) in rows} & set(visitors)


def test_worked_example_3(org, hit, keep) -> None:
    u1 = hit("c1")
    assert u1.contact is None
    m1 = hit("c1", "m1")
    assert u1.visitor == m1.visitor
    u2 = hit("c2")
    assert u2.visitor != u1.visitor
    assert u2.contact is None
    again = hit("c2", "m1")
    assert (u2.visitor, m1.contact) == (again.visitor, again.contact)
    u3 = hit("c3")
    u4 = hit("c1", "m2")
    assert u4.visitor not in {u1.visitor, u2.visitor, u3.visitor}
    assert u4.contact not in {None, m1.contact}
    assert u4 == hit("c1")
    assert {u3.visitor} == anonymous(org, [u1.visitor, u2.visitor, u3.visitor, u4.visitor])

    h1 = keep(phone="+886912345678").contact
    assert {h1} == people.headless(org.id, [h1])
    m3 = keep("m3", "0912-345-678").contact
    assert {h1: m3, m3: m3} == people.canonical(org.id, [h1, m3])
    assert 1 == len(set(people.canonical(org.id, [h1, m3]).values()))
    assert set() == people.headless(org.id, [h1, m3])
    (line,) = people.joinings(org.id, m3)
    assert (h1, m3, "same_phone") == (line.child, line.parent, line.reason)

    u5 = hit("c5")
    assert {u5.visitor} == anonymous(org, [u5.visitor])  # the report of 15:00
    hit("c5", "m5")
    assert set() == anonymous(org, [u5.visitor])  # and of 17:00, of the same range


def test_clause_12_each_browser_is_a_visitor(hit) -> None:
    assert 3 == len({hit(name).visitor for name in ("laptop", "phone", "old-laptop")})


def test_clause_13_what_was_done_before_the_login_is_the_members(org, hit) -> None:
    before = hit("c1")
    member = hit("c1", "m1")
    assert {before.visitor: member.contact} == people.contacts_of_visitors(org.id, [before.visitor])


def test_clause_14_i_the_members_own_visitor_first(hit) -> None:
    one = hit("c1", "m1")
    hit("c1", "m2")
    assert one == hit("c1", "m1")


def test_clause_14_ii_a_placeholders_visitor_is_taken_over_but_no_members(org, hit, keep) -> None:
    bare = keep(phone="+886912345678").contact
    first = hit("c1")
    Visitor.objects.filter(id=first.visitor).update(contact_id=bare)
    assert first.visitor == hit("c1", "m1").visitor

    other, bare = hit("c2"), keep(phone="+886987654321").contact
    Visitor.objects.filter(id=other.visitor).update(contact_id=bare)
    keep("m7", "+886987654321")  # the placeholder is a member's by now
    assert other.visitor != hit("c2", "m8").visitor


def test_a9_one_browser_has_a_visitor_for_each_member_and_one_for_nobody(org, hit) -> None:
    hit("c1", "m1")
    hit("c1", "m2")
    hit("c1", "m1")
    rows = Visitor.objects.filter(org=org.id, cid=cid("c1")).values_list("member", flat=True)
    assert ["m1", "m2"] == sorted(rows)


def test_a9_without_the_option_a_hit_after_a_logout_is_the_members(hit) -> None:
    member = hit("c1", "m1")
    hit("c1", "m1", logged_out=True)
    assert member == hit("c1")


@pytest.fixture
def anew(org):
    orgs.configure(org.id, identity=IdentityRules(anonymous_after_logout=True))


@pytest.mark.usefixtures("anew")
def test_a9_with_the_option_it_is_of_somebody_nobody_knows(org, hit) -> None:
    member = hit("c1", "m1")
    assert member == hit("c1")  # no goodbye, as before
    hit("c1", "m1", logged_out=True)
    stranger = hit("c1")
    assert stranger.contact is None
    assert stranger.visitor != member.visitor
    assert stranger == hit("c1")
    back = hit("c1", "m1")
    assert member == back
    assert back == hit("c1")
    hit("c1", "m1", logged_out=True)
    assert stranger == hit("c1")  # the same one: nobody is counted twice
    other = hit("c1", "m2")
    assert stranger.visitor == other.visitor


@pytest.mark.usefixtures("anew")
def test_a_goodbye_that_is_told_again_or_late_changes_nothing(org, hit) -> None:
    member = hit("c1", "m1")
    hit("c1", "m1")
    hit("c1", "m1", logged_out=True, ago=150)
    assert member == hit("c1")
    hit("c1", "m1", logged_out=True)
    assert member == hit("c1", ago=250)  # seen before the goodbye, told after it


def test_clause_15_a_placeholder_is_who_is_known_by_a_phone_alone(org, keep) -> None:
    bare, member = keep(phone="+886912345678").contact, keep("m1", "+886987654321").contact
    mailed = keep(phone="+886922222222", email="ann@example.test").contact
    assert {bare} == people.headless(org.id, [bare, member, mailed])


def test_a_placeholder_whose_address_is_written_down_is_none_any_more(org, keep) -> None:
    bare = keep(phone="+886912345678").contact
    people.change_email(org.id, bare, "ann@example.test", actor=STAFF, now=BEGIN)
    assert set() == people.headless(org.id, [bare])


def test_clause_15_without_the_permission_nobody_is_merged_by_phone(org, keep) -> None:
    orgs.configure(org.id, identity=IdentityRules(merge_by_phone=False))
    bare = keep(phone="+886912345678")
    assert not Placeholder.objects.exists()
    member = keep("m1", "+886912345678")
    again = keep("m1", "+886912345678")

    assert bare.contact not in {None, member.contact}
    assert member.contact == again.contact
    (told,) = people.conflicts(org.id)
    assert ("phone", {bare.contact, member.contact}) == (told.kind, {told.one, told.other})


def test_a14_two_members_with_one_phone_are_a_conflict_and_not_one(org, keep) -> None:
    one, other = keep("m1", "+886912345678"), keep("m2", "0912 345 678")
    keep("m2", "0912 345 678")

    assert one.contact != other.contact
    (told,) = people.conflicts(org.id)
    assert ("phone", one.contact, other.contact, 1) == (
        told.kind,
        told.one,
        told.other,
        people.count_conflicts(org.id),
    )
    people.keep_apart(org.id, told.id, why="sisters", actor=STAFF, now=BEGIN)
    keep("m2", "0912 345 678")
    assert [] == people.conflicts(org.id)
    assert "apart" == people.conflict(org.id, told.id).resolution


def test_a14_a_conflict_ends_when_the_two_are_said_to_be_one_and_comes_to_rest_when_parted(
    org, keep
) -> None:
    one, other = keep("m1", "+886912345678"), keep("m2", "+886912345678")
    (told,) = people.conflicts(org.id)
    people.merge(
        org.id, other.contact or 0, one.contact or 0, why="she said so", actor=STAFF, now=BEGIN
    )
    assert [] == people.conflicts(org.id)
    assert "joined" == people.conflict(org.id, told.id).resolution

    people.unmerge(org.id, other.contact or 0, why="she was wrong", actor=STAFF, now=BEGIN)
    assert "apart" == people.conflict(org.id, told.id).resolution
    keep("m2", "+886912345678")
    assert [] == people.conflicts(org.id)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"phone": "+886912345678"}, {"phone": "０９１２－３４５－６７８"}),
        ({"email": "Ann@Example.test"}, {"email": " ann@example.TEST"}),
    ],
)
def test_a15_keys_are_compared_in_one_spelling(keep, one, other) -> None:
    assert keep(**one).contact == keep(**other).contact


def test_a16_what_was_written_for_the_absorbed_keeps_its_number(org, hit, keep) -> None:
    bare = keep(phone="+886912345678").contact
    member = keep("m3", "+886912345678").contact
    assert [member, bare] == people.family(org.id, member)
    assert {(bare, member)} == set(store.rows_sql("SELECT contact, head FROM people_facts_joined"))


def test_clause_16_a_chat_id_absorbs_the_placeholder_that_has_it(org, keep) -> None:
    bare, member = keep(phone="+886912345678").contact, keep("m1").contact
    line = SaidAddress(bare, "line", "U" + "a" * 32)
    assert [None] == people.say_addresses(org.id, [line], actor=TILL, now=BEGIN)

    mine = SaidAddress(member, "line", "U" + "a" * 32)
    assert [None] == people.say_addresses(org.id, [mine], actor=TILL, now=BEGIN)

    assert {bare: member} == people.canonical(org.id, [bare])
    assert "U" + "a" * 32 == people.addresses(org.id, [member], "line")[member].value
    assert "same_line" == people.joinings(org.id, member)[0].reason


def test_a14_two_members_with_one_chat_id_are_a_conflict(org, keep) -> None:
    one, other = keep("m1").contact, keep("m2").contact
    said = [SaidAddress(each, "line", "U" + "a" * 32) for each in (one, other)]
    told = people.say_addresses(org.id, said, actor=TILL, now=BEGIN)

    assert [None, "taken"] == [each and each.code for each in told]
    (asked,) = people.conflicts(org.id)
    assert ("line", one, other) == (asked.kind, asked.one, asked.other)


def test_an_absorption_is_news(org, keep) -> None:
    work.unsubscribe_all()
    work.subscribe(people.JOINED, "test", lambda batch: None)
    bare = keep(phone="+886912345678").contact
    keep("m3", "+886912345678")
    assert [str(bare)] == list(WorkRow.objects.values_list("key", flat=True))


def test_clause_16_the_command_merges_placeholders_and_asks_about_members(org, keep) -> None:
    """As after an import: the placeholder and the members were there before the phone was shared."""
    bare, alone = keep(phone="+886912345678").contact, keep(phone="+886900000001").contact
    torn = keep(phone="+886987654321").contact
    one, two, three = (keep(number).contact for number in ("m1", "m2", "m3"))
    for contact, phone in (
        (one, "+886912345678"),
        (two, "+886987654321"),
        (three, "+886987654321"),
    ):
        Address.objects.create(
            org_id=org.id, contact_id=contact, kind="phone", value=phone, since=BEGIN
        )

    told = people.merge_placeholders(org.id, "phone", actor=STAFF, now=BEGIN, dry_run=True)
    assert (((bare, one),), ((two, three),)) == (told.pairs, told.conflicts)
    assert {bare: bare} == people.canonical(org.id, [bare])

    assert told == people.merge_placeholders(org.id, "phone", actor=STAFF, now=BEGIN)
    assert {bare: one, torn: torn, alone: alone} == people.canonical(org.id, [bare, torn, alone])
    assert [(two, three)] == [(each.one, each.other) for each in people.conflicts(org.id)]
    again = people.merge_placeholders(org.id, "phone", actor=STAFF, now=BEGIN)
    assert () == again.pairs
    assert 1 == people.count_conflicts(org.id)
    assert ((), ()) == (
        (done := people.merge_placeholders(org.id, "line", actor=STAFF, now=BEGIN)).pairs,
        done.conflicts,
    )
