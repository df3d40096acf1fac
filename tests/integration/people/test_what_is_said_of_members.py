"""Level, birthday, tags and segments: kept in batches, joined, forgotten, seen by rules only."""

import pytest
from django.db import connection

from postlude.kernel import store
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.people import joining
from postlude.people.errors import BadDescription
from postlude.people.models import Label
from postlude.people.types import Actor, Description, PersonSeen, Standing

ADA = Actor("staff", "1")


@pytest.fixture
def members(org, clock) -> list[int]:
    seen = [PersonSeen(f"m{each}@example.test", reference=f"m:{each}") for each in range(4)]
    return [each.contact for each in people.recognise_many(org.id, seen, now=clock.now())]


def shown(org: int) -> dict[int, tuple]:
    """Return what the views say of everybody."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT org, contact, level, birthday FROM people_facts_contact")
        rows = {row[1]: (row[2], row[3]) for row in cursor.fetchall() if row[0] == org}
        words: dict[int, set[str]] = {contact: set() for contact in rows}
        for kind in ("tag", "segment"):
            cursor.execute(f"SELECT org, contact, {kind} FROM people_facts_{kind}")
            for owner, contact, word in cursor.fetchall():
                if owner == org and contact in words:
                    words[contact].add(f"{kind}:{word}")
    return {contact: (*row, words[contact]) for contact, row in rows.items()}


def test_what_is_said_is_what_rules_see(org, members) -> None:
    a, b, c, _ = members
    kept = people.describe_many(
        org.id,
        [
            Description(a, level="gold", birthday=(2, 29), add_tags=frozenset({"vip", "press"})),
            Description(b, add_segments=frozenset({"lapsed"})),
            Description(a, drop_tags=frozenset({"press"})),
            Description(c, level="silver"),
            Description(c, forget=frozenset({"level"})),
        ],
    )
    assert {a, b, c} == kept
    assert {
        a: Standing(a, "gold", 229, frozenset({"vip"})),
        b: Standing(b, segments=frozenset({"lapsed"})),
        c: Standing(c),
    } == people.standings(org.id, [a, b, c, 7])
    assert ("gold", 229, {"tag:vip"}) == shown(org.id)[a]
    assert (None, None, {"segment:lapsed"}) == shown(org.id)[b]


def test_saying_it_again_changes_nothing(org, members) -> None:
    said = [Description(members[0], level="gold", add_tags=frozenset({"vip"}))]
    people.describe_many(org.id, said)
    before = shown(org.id), Label.objects.count()
    people.describe_many(org.id, said)
    assert before == (shown(org.id), Label.objects.count())


@pytest.mark.parametrize(
    "said",
    [
        {"birthday": (2, 30)},
        {"birthday": (13, 1)},
        {"level": ""},
        {"level": "x" * 201},
        {"add_tags": frozenset({"a\0"})},
        {"add_segments": frozenset({"\ud800"})},
    ],
)
def test_what_cannot_be_kept_is_refused_before_anything_is(org, members, said) -> None:
    good = Description(members[0], level="gold")
    with pytest.raises(BadDescription):
        people.describe_many(org.id, [good, Description(members[1], **said)])
    assert (None, None, set()) == shown(org.id)[members[0]]


def test_a_joined_person_is_one_with_the_words_of_both(org, members, clock) -> None:
    child, head, *_ = members
    people.describe_many(
        org.id,
        [
            Description(child, level="gold", birthday=(5, 1), add_tags=frozenset({"a", "b"})),
            Description(head, level="silver", add_tags=frozenset({"b", "c"})),
        ],
    )
    with store.write():
        joining.join(org.id, {child: head}, reason="test", now=clock.now())
    everybody = shown(org.id)
    assert child not in everybody
    assert ("silver", 501, {"tag:a", "tag:b", "tag:c"}) == everybody[head]
    people.describe_many(org.id, [Description(child, add_tags=frozenset({"d"}))])
    assert "d" in people.standings(org.id, [head])[head].tags
    assert (
        people.standings(org.id, [child])[child].tags == people.standings(org.id, [head])[head].tags
    )


def test_who_is_forgotten_is_nobody(org, members, clock) -> None:
    gone, other, *_ = members
    said = {"level": "gold", "birthday": (5, 1), "add_tags": frozenset({"vip"})}
    people.describe_many(org.id, [Description(gone, **said), Description(other, **said)])
    people.erase(org.id, gone, actor=ADA, now=clock.now())
    assert gone not in shown(org.id)
    assert {} == people.standings(org.id, [gone])
    assert not Label.objects.filter(contact=gone).exists()
    assert set() == people.describe_many(org.id, [Description(gone, **said)])
    assert not Label.objects.filter(contact=gone).exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT level, birthday FROM people_contact WHERE id = %s", [gone])
        assert (None, None) == cursor.fetchone()
    assert ("gold", 501, {"tag:vip"}) == shown(org.id)[other]


def test_another_organisation_says_nothing_of_ours(org, members) -> None:
    other = orgs.create("coscup", "COSCUP", zone="Asia/Taipei", currency="TWD")
    assert set() == people.describe_many(other.id, [Description(members[0], level="gold")])
    assert {} == people.standings(other.id, members)


def test_the_views_have_no_name_and_no_address(org) -> None:
    """A column that is added to them must be thought of here."""
    columns = {
        "contact": {"org", "contact", "level", "birthday", "source", "first_seen_at"},
        "tag": {"org", "contact", "tag"},
        "segment": {"org", "contact", "segment"},
    }
    with connection.cursor() as cursor:
        for view, expected in columns.items():
            cursor.execute(f"SELECT * FROM people_facts_{view}")
            assert expected == {each[0] for each in cursor.description}
