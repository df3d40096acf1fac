"""`postlude contacts`: joined, parted, asked about, each with its reason."""

import json

import pytest

from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.people.types import Actor, CustomerSeen
from postlude.wiring.cli import commands

TILL = Actor("key", "till")


@pytest.fixture
def say(capsys):
    def said(*words: str, code: int = 0):
        assert code == commands.run(["contacts", *words, "--json"])
        shown = capsys.readouterr()
        return json.loads(shown.out or shown.err)

    return said


def keep(org, clock, number, phone):
    said = CustomerSeen(number, phone)
    return people.upsert_customers(org.id, [said], actor=TILL, now=clock.now())[0].contact


def test_two_are_joined_and_parted_by_what_a_person_knows_of_them(org, clock, say) -> None:
    one, other = keep(org, clock, "C-1", "+886912345678"), keep(org, clock, "C-2", None)

    told = say("merge", "C-2", "0912-345-678", "--why", "same", "--dry-run")
    assert (True, one, other) == (told["dry_run"], told["done"]["contact"], told["done"]["joined"])
    assert {other: other} == people.canonical(org.id, [other])
    say("merge", "C-2", "0912-345-678", "--why", "same")
    assert {other: one} == people.canonical(org.id, [other])

    shown = say("show", f"id:{other}")
    assert (one, [other]) == (shown["contact"], shown["also"])
    assert ["same"] == [each["why"] for each in shown["ledger"]]
    assert not say("merge", "C-2", "C-1", "--why", "again")["done"]["changed"]
    say("unmerge", f"id:{other}", "--why", "two after all")
    assert {other: other} == people.canonical(org.id, [other])
    assert "two after all" == say("show", f"id:{one}")["ledger"][0]["undone_why"]
    assert {"merge: same", "unmerge: two after all"} <= {
        each.purpose for each in people.views(org.id, contact=other)
    }


def test_a_conflict_is_seen_and_resolved(org, clock, say) -> None:
    one, other = keep(org, clock, "C-1", "+886912345678"), keep(org, clock, "C-2", "+886912345678")
    (asked,) = say("conflicts")["conflicts"]
    assert (one, other, "phone") == (asked["one"], asked["other"], asked["kind"])
    say("apart", str(asked["id"]), "--why", "sisters")
    assert [] == say("conflicts")["conflicts"]
    assert ["apart"] == [each["resolution"] for each in say("conflicts", "--all")["conflicts"]]


def test_the_rules_are_shown_and_changed(org, say) -> None:
    assert {"merge_by_phone": True, "anonymous_after_logout": False} == say("rules")["rules"]
    say("rules", "--anonymous-after-logout")
    say("rules", "--no-merge-by-phone")
    held = orgs.identity(org.id)
    assert (False, True) == (held.merge_by_phone, held.anonymous_after_logout)


def test_nobody_is_told_apart_from_another_organisations(org, clock, say) -> None:
    other = orgs.create("other", "Other", zone="Asia/Taipei", currency="TWD")
    theirs = keep(other, clock, "C-1", None)
    say("show", f"id:{theirs}", "--org", org.slug, code=3)
    say("merge-placeholders", "--by", "phone", "--org", org.slug)
