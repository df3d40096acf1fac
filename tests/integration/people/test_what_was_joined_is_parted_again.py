"""The ledger: joinings and partings are kept, and a parting leaves everything as it was (I11)."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from postlude.kernel import store
from postlude.kernel.models import WorkRow
from postlude.people import api as people
from postlude.people.errors import ContactErased, NotJoined, PurposeMissing, WhichOne
from postlude.people.models import Address, Contact, Identity, Joining, Label, Parting
from postlude.people.types import Actor, CustomerSeen, Description, PersonSeen, SaidAddress

ANN = Actor("staff", "7")
SHOP = Actor("key", "pl_shop")
NAMES = ("a", "b", "c", "d", "e", "f")


@pytest.fixture
def known(org, clock):
    """Six contacts: some with an e-mail, a phone, a chat id, a device, words, a level."""

    def know(prefix=""):
        now = clock.now()
        seen = [
            PersonSeen(f"{prefix}{name}@example.test", reference=f"t:{prefix}{name}")
            for name in NAMES[:3]
        ]
        seen += [
            PersonSeen(None, reference=f"t:{prefix}{name}", needs_email=False) for name in NAMES[3:]
        ]
        ids = [each.contact or 0 for each in people.recognise_many(org.id, seen, now=now)]
        said = [
            SaidAddress(ids[0], "line", f"U{prefix}0"),
            SaidAddress(ids[3], "line", f"U{prefix}3"),
            SaidAddress(ids[4], "messenger", f"M{prefix}4"),
            SaidAddress(ids[1], "push", f"P{prefix}1"),
            SaidAddress(ids[5], "push", f"P{prefix}5"),
        ]
        assert [None] * 5 == people.say_addresses(org.id, said, actor=SHOP, now=now)
        words = [
            Description(ids[0], level="gold", add_tags=frozenset({"vip"})),
            Description(ids[3], level="tin", add_tags=frozenset({"vip", "new"})),
            Description(ids[4], birthday=(5, 17), add_segments=frozenset({"s"})),
        ]
        people.describe_many(org.id, words)
        return ids

    return know


def picture(org, ids):
    """All that is known of these contacts, row by row."""
    mine = {"org": org.id, "contact__in": ids}
    return {
        "heads": people.canonical(org.id, ids),
        "addresses": sorted(
            Address.objects.filter(**mine, until=None).values_list("contact", "kind", "value", "id")
        ),
        "keys": sorted(Identity.objects.filter(**mine).values_list("kind", "key", "contact")),
        "words": sorted(Label.objects.filter(**mine).values_list("contact", "kind", "label")),
        "contacts": sorted(
            Contact.objects.filter(id__in=ids).values_list(
                "id", "name", "level", "birthday", "zone"
            ),
            key=str,
        ),
    }


def test_a_merge_and_an_unmerge_leave_what_was_there(org, clock, known) -> None:
    ids = known()
    a, b, *_, e, f = ids
    before = picture(org, ids)

    merged = people.merge(org.id, e, a, why="same person", actor=ANN, now=clock.now())

    assert (a, e, 2, True) == (merged.contact, merged.joined, merged.size, merged.changed)
    assert {e: a, b: b} == people.canonical(org.id, [e, b])
    assert {a} == set(people.families(org.id, [a]))
    assert [a, e] == people.family(org.id, e)
    assert "M4" == people.addresses(org.id, [a], "messenger")[a].value
    assert (517, "gold") == (
        people.standings(org.id, [a])[a].birthday,
        people.standings(org.id, [a])[a].level,
    )
    assert frozenset({"s"}) == people.standings(org.id, [e])[e].segments

    parted = people.unmerge(org.id, e, why="were two", actor=ANN, now=clock.now())

    assert (a, e) == (parted.contact, parted.joined)
    assert before == picture(org, ids)
    (line,) = people.joinings(org.id, e)
    assert ("by_hand", "same person", ANN) == (line.reason, line.why, line.by)
    assert ("were two", ANN) == (line.undone_why, line.undone_by)
    assert line.undone_at is not None
    assert people.joinings(org.id, a) == [line]
    assert people.joinings(org.id, f) == []
    news = Counter(WorkRow.objects.filter(topic="contact.parted").values_list("key", flat=True))
    assert {str(a), str(e)} == set(news)


def test_of_two_with_an_email_each_the_childs_sleeps_and_still_leads_to_the_person(
    org, clock, known
) -> None:
    a, b, *_ = known()
    people.merge(org.id, b, a, why="same", actor=ANN, now=clock.now())

    assert "a@example.test" == people.addresses(org.id, [b])[b].value
    assert a == people.find(org.id, "b@example.test")
    (again,) = people.recognise_many(
        org.id, [PersonSeen("b@example.test", reference="t:9")], now=clock.now()
    )
    assert (a, False) == (again.contact, again.created)
    found = people.change_email(org.id, a, "b@example.test", actor=ANN, now=clock.now())
    assert found.problem is None

    people.unmerge(org.id, b, why="were two", actor=ANN, now=clock.now())
    assert b == people.find(org.id, "b@example.test")
    assert "b@example.test" == people.addresses(org.id, [b])[b].value


def test_who_is_forgotten_is_forgotten_under_the_sleeping_address_too(org, clock, known) -> None:
    a, b, *_ = known()
    people.merge(org.id, b, a, why="same", actor=ANN, now=clock.now())
    people.erase(org.id, a, actor=ANN, now=clock.now())

    (again,) = people.recognise_many(org.id, [PersonSeen("b@example.test")], now=clock.now())
    assert "erased" == (again.problem and again.problem.code)
    with pytest.raises(ContactErased):
        people.unmerge(org.id, b, why="were two", actor=ANN, now=clock.now())


def test_the_middle_of_a_chain_is_parted_with_all_that_hangs_on_it(org, clock, known) -> None:
    a, b, c, d, *_ = known()
    for child, parent in ((a, b), (d, b), (b, c)):
        people.merge(org.id, child, parent, why="same", actor=ANN, now=clock.now())
    assert dict.fromkeys((a, b, c, d), c) == people.canonical(org.id, (a, b, c, d))

    with pytest.raises(WhichOne):
        people.merge(org.id, d, c, why="same", actor=ANN, now=clock.now())
        people.unmerge(
            org.id,
            people.merge(org.id, known("x")[0], c, why="same", actor=ANN, now=clock.now()).contact,
            why="which",
            actor=ANN,
            now=clock.now(),
        )
    people.unmerge(org.id, b, why="were two", actor=ANN, now=clock.now())
    assert {a: b, b: b, c: c, d: b} == people.canonical(org.id, (a, b, c, d))
    people.unmerge(org.id, a, why="were two", actor=ANN, now=clock.now())
    assert {a: a, b: b, c: c, d: b} == people.canonical(org.id, (a, b, c, d))
    assert 4 == Joining.objects.count()
    assert 2 == Parting.objects.count()


def test_a_dry_run_writes_nothing_and_a_reason_is_wanted(org, clock, known) -> None:
    a, b, *_ = ids = known()
    before = picture(org, ids)

    told = people.merge(org.id, b, a, why="same", actor=ANN, now=clock.now(), dry_run=True)

    assert (a, b, True) == (told.contact, told.joined, told.changed)
    assert before == picture(org, ids)
    assert not Joining.objects.exists()
    with pytest.raises(PurposeMissing):
        people.merge(org.id, b, a, why=" ", actor=ANN, now=clock.now())
    with pytest.raises(NotJoined):
        people.unmerge(org.id, b, why="?", actor=ANN, now=clock.now())


def test_a_member_speaks_for_a_placeholder_whichever_is_named_first(org, clock) -> None:
    (bare,) = people.upsert_customers(
        org.id, [CustomerSeen(phone="+886912345678")], actor=SHOP, now=clock.now()
    )
    (member,) = people.upsert_customers(
        org.id, [CustomerSeen(number="m1")], actor=SHOP, now=clock.now()
    )
    told = people.merge(
        org.id, member.contact or 0, bare.contact or 0, why="same", actor=ANN, now=clock.now()
    )
    assert (member.contact, bare.contact) == (told.contact, told.joined)
    assert set() == people.headless(org.id, [bare.contact or 0])


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("merge"), st.integers(0, 5), st.integers(0, 5)),
        st.tuples(st.just("unmerge"), st.integers(0, 5), st.just(0)),
    ),
    max_size=7,
)


def test_unmerge_of_merge_is_nothing_wherever_it_happens(org, clock, known) -> None:
    """I11 over random histories: any further merge, undone, leaves row for row what was there."""
    turn = iter(range(1_000))

    @settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(STEPS, st.integers(0, 5), st.integers(0, 5))
    def holds(steps, one, other):
        ids = known(f"n{next(turn)}")
        for what, first, second in steps:
            if what == "merge":
                people.merge(org.id, ids[first], ids[second], why="x", actor=ANN, now=clock.now())
            else:
                try:
                    people.unmerge(org.id, ids[first], why="x", actor=ANN, now=clock.now())
                except (NotJoined, WhichOne):
                    continue
        before = picture(org, ids)
        done = people.merge(org.id, ids[one], ids[other], why="x", actor=ANN, now=clock.now())
        if done.changed:
            people.unmerge(org.id, done.joined, why="x", actor=ANN, now=clock.now())
        assert before == picture(org, ids)

    holds()


def test_undone_in_any_order_everybody_is_as_before(org, clock, known) -> None:
    turn = iter(range(1_000))

    @settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=6),
        st.randoms(use_true_random=False),
    )
    def holds(pairs, dice):
        ids = known(f"m{next(turn)}")
        before = picture(org, ids)
        joined = []
        for one, other in pairs:
            done = people.merge(org.id, ids[one], ids[other], why="x", actor=ANN, now=clock.now())
            joined += [done.joined] * done.changed
        dice.shuffle(joined)
        for each in joined:
            people.unmerge(org.id, each, why="x", actor=ANN, now=clock.now())
        assert before == picture(org, ids)

    holds()


def test_readings_in_sql_follow(org, clock, known) -> None:
    a, b, *_ = known()
    people.merge(org.id, b, a, why="same", actor=ANN, now=clock.now())
    joined = store.rows_sql("SELECT contact, head FROM people_facts_joined")
    assert [(b, a)] == joined
    people.unmerge(org.id, b, why="were two", actor=ANN, now=clock.now())
    assert [] == store.rows_sql("SELECT contact, head FROM people_facts_joined")
