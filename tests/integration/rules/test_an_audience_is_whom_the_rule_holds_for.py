"""One statement over the views selects exactly those whose contexts the closures match."""

from datetime import timedelta
from itertools import product
from random import Random

import pytest

from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.people.types import Actor
from postlude.rules import audiences
from postlude.rules.compiling.completing import Completion
from postlude.rules.compiling.normalising import condition
from postlude.rules.compiling.reading import facts_read
from postlude.rules.contexts import contexts
from postlude.rules.errors import NotInSql, NotOfContacts
from postlude.rules.language.tree import And, Leaf, Not, Or
from support import truth_tables

from .conftest import NOW

OF_MEMBERS = {
    "member_level": [{"levels": ["gold"]}, {"levels": ["gold", "silver"]}],
    "tags": [{"any_of": ["vip"]}, {"all_of": ["vip", "press"], "none_of": ["staff"]}],
    "segment": [{"any_of": ["lapsed"]}],
    "orders": [{"min": 3}, {"max": 0}, {"min": 1, "max": 4}],
    "spent_at_least": [{"amount": "1290.00 TWD"}],
    "last_order_between": [{"after": "4 weeks", "before": "2 weeks"}, {"before": "4 weeks"}],
    "birthday_known": [{}],
    "ordered_in_month": [{}, {"months_ago": 0}],
    "birthday_within": [{"days_before": 14, "on_the_day": False}, {"days_after": 7}],
    "balance_at_least": [{"amount": 1}, {"amount": 0}, {"amount": 100}],
}


def by_hand(org: int, rule, contacts, now) -> set[int]:
    """Match each living head's context by the truth tables."""
    names = facts_read(condition(rule))
    heads = people.canonical(org, contacts)
    living = people.standings(org, contacts)
    found = contexts(org, contacts, now=now, facts=names)
    return {
        each
        for each in contacts
        if heads[each] == each
        and each in living
        and truth_tables.verdict_of_rule(rule, Completion(names).complete(found[each])) is True
    }


def trees(random: Random, names: list[str]):
    leaves = [Leaf(name) if random.random() < 0.7 else Not(Leaf(name)) for name in names]
    yield And(tuple(leaves))
    yield Or(tuple(leaves))
    if len(leaves) > 2:
        yield Not(And((leaves[0], Or(tuple(leaves[1:])))))


def test_sql_and_contexts_choose_the_same(org, crowd, a_rule) -> None:
    random, sizes = Random(5), set()
    singles = [{name: params} for name, choices in OF_MEMBERS.items() for params in choices]
    several = [
        {name: random.choice(OF_MEMBERS[name]) for name in random.sample(list(OF_MEMBERS), size)}
        for size in (2, 3, 3, 4)
        for _ in range(6)
    ]
    for leaves in singles + several:
        for tree in trees(random, list(leaves)):
            rule = a_rule(leaves, tree)
            for now in (NOW, NOW + timedelta(days=2)):
                found = audiences.audience(org.id, rule, now=now)
                assert by_hand(org.id, rule, crowd, now) == found, (leaves, tree)
                sizes.add(len(found))
    assert len(sizes) > 20


def test_who_has_no_orders_has_none_of_them(org, recognise, a_rule, bought) -> None:
    """Zero orders are known to be zero; when the last one was is unknown, and so is its opposite."""
    never, once, cancelled = recognise(3)
    last = NOW - timedelta(days=20)
    bought((once, 1, last, last, 100, "TWD"), (cancelled, 0, None, None, 0, None))
    for leaves, tree, wanted in (
        ({"orders": {"max": 0}}, None, {never, cancelled}),
        ({"orders": {"min": 1}}, Not(Leaf("orders")), {never, cancelled}),
        ({"last_order_between": {"after": "4 weeks"}}, None, {once}),
        ({"last_order_between": {"after": "4 weeks"}}, Not(Leaf("last_order_between")), set()),
        (
            {"spent_at_least": {"amount": "1.00 TWD"}},
            Not(Leaf("spent_at_least")),
            {never, cancelled},
        ),
    ):
        assert wanted == audiences.audience(org.id, a_rule(leaves, tree), now=NOW)


def test_the_edges_of_a_span_are_out(org, recognise, a_rule, bought) -> None:
    """An order exactly four weeks old is in neither window that minute."""
    contacts = recognise(6)
    rows = []
    for (weeks, step), contact in zip(product((4, 2), (-1, 0, 1)), contacts, strict=True):
        at = NOW - timedelta(weeks=weeks) + timedelta(microseconds=step)
        rows.append((contact, 1, at, at, 1, "TWD"))
    bought(*rows)
    short = a_rule({"last_order_between": {"after": "4 weeks", "before": "2 weeks"}})
    long = a_rule({"last_order_between": {"after": "3 months", "before": "4 weeks"}})
    assert {contacts[2], contacts[3]} == audiences.audience(org.id, short, now=NOW)
    assert {contacts[0]} == audiences.audience(org.id, long, now=NOW)


def test_who_is_forgotten_or_joined_is_in_no_audience(org, recognise, a_rule) -> None:
    everybody = a_rule({"orders": {"max": 0}})
    one, other, third = recognise(3)
    assert {one, other, third} == audiences.audience(org.id, everybody, now=NOW)
    people.erase(org.id, one, actor=Actor("staff", "1"), now=NOW)
    assert {other, third} == audiences.audience(org.id, everybody, now=NOW)
    stranger = orgs.create("coscup", "COSCUP", zone="Asia/Taipei", currency="TWD")
    assert set() == audiences.audience(stranger.id, everybody, now=NOW)
    context = contexts(org.id, [one], now=NOW)[one]
    assert all(value is None for name, value in context.items() if name.startswith("member."))


def test_what_contacts_do_not_have_must_be_given(org, recognise, a_rule) -> None:
    contacts = set(recognise(2))
    rule = a_rule({"source": {"any_of": ["till"]}, "orders": {"max": 0}})
    with pytest.raises(NotOfContacts, match="source"):
        audiences.audience(org.id, rule, now=NOW)
    assert contacts == audiences.audience(org.id, rule, now=NOW, given={"source": "till"})
    assert set() == audiences.audience(org.id, rule, now=NOW, given={"source": "site"})


def test_pages_make_the_whole(org, crowd, a_rule) -> None:
    rule = a_rule({"orders": {"min": 1}})
    pages, after = [], 0
    while page := audiences.audience_page(org.id, rule, now=NOW, after=after, limit=7):
        pages.append(page)
        after = page[-1]
    assert sorted(audiences.audience(org.id, rule, now=NOW)) == [
        each for page in pages for each in page
    ]
    assert len(pages) > 2


def test_a_context_is_that_of_whom_it_was_asked_for(org, crowd) -> None:
    """A joined contact is seen as the other, under its own id; the given is in each context."""
    child, head = crowd[0], crowd[10]
    found = contexts(
        org.id, [child, head, 7], now=NOW, facts=["member.balance:points"], given={"amount": 5}
    )
    assert found[child] == found[head]
    assert {5} == {each["amount"] for each in found.values()}
    assert found[7]["member.orders"] is None
    assert isinstance(found[head]["member.balance:points"], int)


def test_a_balance_is_that_of_the_ledger(org, crowd) -> None:
    from postlude.rewards import api as rewards

    living = [
        each
        for each in people.standings(org.id, crowd)
        if people.canonical(org.id, [each])[each] == each
    ]
    for now in (NOW, NOW + timedelta(days=2), NOW + timedelta(days=20)):
        kept = rewards.balances(org.id, living, now=now)
        seen = contexts(org.id, living, now=now, facts=["member.balance:points"])
        assert {who: each.available for who, each in kept.items()} == {
            who: each["member.balance:points"] for who, each in seen.items()
        }


@pytest.mark.parametrize("tree", [Leaf("expr"), Or((Leaf("orders"), Not(Leaf("expr"))))])
def test_what_is_computed_chooses_no_audience(org, a_rule, tree) -> None:
    """It is said so before the database is asked, also of facts that every contact has."""
    rule = a_rule({"orders": {"min": 1}, "expr": {"text": 'member.level == "gold"'}}, tree)
    with pytest.raises(NotInSql) as refused:
        audiences.audience(org.id, rule, now=NOW)
    assert refused.value.fields == {"rule": "test"}
