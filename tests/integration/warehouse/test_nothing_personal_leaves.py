"""Sentinels in every personal field; none in the bytes of any file beside the warehouse."""

import random
import string
from pathlib import Path
from typing import Any

import pytest

from postlude.kernel import pseudonyms
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.people.types import Actor
from postlude.sandbox import sale as sales
from postlude.sources.api import import_csv
from postlude.warehouse import api as warehouse
from postlude.warehouse.errors import BadPolicy
from postlude.warehouse.models import DroppedLabel, LoaderState
from postlude.warehouse.types import Keep, Policy

FREE_TEXT = Keep("job_title", ("Job Title / 職稱*",))


def sentinel(number: int) -> str:
    return "".join(random.Random(f"warehouse/{number}").choices(string.ascii_lowercase, k=16))


FIRST, LAST, MAIL, HOST, NICK, STREET, CARD, CONTACT, FREE, ALLOWED, TAG, RAW = (
    sentinel(number) for number in range(12)
)
PHONE, RAW_PHONE = "+886912345678", "0912345678"
EMAIL = f"{MAIL}@{HOST}.test"


@pytest.fixture
def leaky(house: Any) -> Any:
    """Somebody who writes their own values into every field there is."""
    house.allow(FREE_TEXT, *house.CORE)
    person = house.person(
        EMAIL, phone_raw=RAW_PHONE, name=f"{FIRST.title()} {LAST.title()}", source="kktix"
    )
    text = f"{ALLOWED} {FIRST} {LAST.upper()} {NICK} {EMAIL.upper()} {RAW_PHONE} {PHONE} {CONTACT}"
    house.buy(
        1,
        person,
        ("Nickname / 暱稱", NICK),
        ("聯絡人 姓名", CONTACT),
        ("聯絡人 Email", EMAIL),
        ("聯絡人 手機", RAW_PHONE),
        ("Address / 地址", STREET),
        ("身分證字號", CARD),
        ("標籤", TAG),
        ("search_string", f"{NICK}\n{CONTACT}"),
        ("A question nobody has read", FREE),
        ('Job Title / 職稱 (If you are a student, fill in "student")', text),
    )
    bad = house.person(f"{RAW} 中文@{HOST}", name=LAST, reference="kktix:attendee:2")
    house.buy(2, bad, ("Nickname / 暱稱", NICK))
    return house


def test_no_personal_value_is_in_any_byte(leaky: Any) -> None:
    leaky.load()

    for personal in (FIRST, LAST, MAIL, HOST, NICK, STREET, CARD, CONTACT, FREE, TAG, RAW):
        for spelled in (personal, personal.title(), personal.upper()):
            assert not leaky.holds(spelled), spelled
    for number in (PHONE, RAW_PHONE, PHONE.removeprefix("+886")):
        assert not leaky.holds(number)
    assert leaky.holds(ALLOWED), "what was allowed is there: the search does find bytes"
    # The whole name, the nickname, the e-mail, the number of the form, another, the contact.
    assert leaky.rows()[0]["job_title"] == f"{ALLOWED} [own] [own] [own] [own] [number] [own]"


def test_nor_in_the_write_ahead_log_while_the_file_is_open(
    leaky: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def look(name: str) -> None:
        if name == "warehouse.batch_merged":
            seen.extend(each.name for each in leaky.path.parent.iterdir() if each.stat().st_size)
            assert leaky.holds(ALLOWED)
            for personal in (FIRST, LAST, MAIL, NICK, STREET, CARD, CONTACT, FREE, TAG, RAW):
                assert not leaky.holds(personal)

    monkeypatch.setattr("postlude.warehouse.loading.boundaries.crossing", look)
    leaky.load()

    assert "warehouse.duckdb.wal" in seen


def test_the_dropped_labels_are_listed_without_their_answers(leaky: Any) -> None:
    leaky.load()

    labels = {each.label: each.allowable for each in leaky.status().dropped_labels}
    assert labels["A question nobody has read"]
    assert labels["Nickname / 暱稱"]
    assert not labels["聯絡人 姓名"]
    assert not labels["search_string"]
    assert not any(label.startswith("Job Title") for label in labels)
    kept = str(list(DroppedLabel.objects.values())) + str(list(LoaderState.objects.values()))
    for personal in (NICK, STREET, FREE, CONTACT):
        assert personal not in kept


def test_a_label_that_is_allowed_is_filled_in_for_old_rows_too(leaky: Any) -> None:
    leaky.load()
    leaky.allow(Keep("remark", ("A question nobody has read",)))
    assert leaky.status().replay_wanted

    leaky.load()

    assert leaky.rows()[0]["remark"] == FREE
    assert leaky.rows()[0]["job_title"] is None
    assert not leaky.status().replay_wanted


def test_a_label_that_is_forbidden_again_leaves_no_byte(leaky: Any) -> None:
    leaky.load()
    assert leaky.holds(ALLOWED)
    leaky.allow()
    leaky.load()

    assert leaky.rows()[0]["job_title"] is None
    assert not leaky.holds(ALLOWED)


@pytest.mark.parametrize(
    "keep",
    [
        Keep("email", ("Gender / 生理性別",)),
        Keep("Bad Name", ("Gender",)),
        Keep("gender", ("聯絡人 Email",)),
        Keep("gender", ("*",)),
        Keep("gender", ("Ge*der",)),
        Keep("gender", ("",)),
    ],
)
def test_a_rule_that_would_leak_is_refused_and_nothing_changes(house: Any, keep: Keep) -> None:
    with pytest.raises(BadPolicy):
        house.allow(keep)

    assert warehouse.of(house.org) == Policy()
    assert warehouse.problems(keep)


def test_the_same_rules_again_change_nothing(house: Any) -> None:
    assert warehouse.configure(house.org, Policy(keep=(FREE_TEXT,)), now=house.now)
    assert not warehouse.configure(house.org, Policy(keep=(FREE_TEXT,)), now=house.now)


def test_a_forgotten_person_leaves_no_byte_and_does_not_come_back(leaky: Any) -> None:
    leaky.load()
    person = people.find(leaky.org, EMAIL)
    assert person is not None
    pseudonym = pseudonyms.pseudonym(leaky.org, "email", EMAIL)
    assert leaky.holds(pseudonym)

    people.erase(leaky.org, person, actor=Actor("cli", "test"), now=leaky.now)
    assert leaky.status().erasures_waiting == 1
    leaky.load()

    assert leaky.status().erasures_waiting == 0
    assert [row["attendee_id"] for row in leaky.rows()] == ["t2"]
    assert not leaky.holds(pseudonym)
    assert not leaky.holds(ALLOWED)
    leaky.buy(1, person, refunded_at=leaky.now, state={"state": "refunded"})
    leaky.load()
    warehouse.replay(leaky.org, now=leaky.now)
    assert [row["attendee_id"] for row in leaky.rows()] == ["t2"]


def test_old_hashes_are_of_the_raw_value_and_only_for_the_email(house: Any) -> None:
    house.allow(mode="sha256-legacy")
    house.buy(1, house.person(" Ann@Example.Test", name="Ann Lee", phone_raw=RAW_PHONE))
    house.load()

    (row,) = house.rows()
    assert row["email"] == pseudonyms.legacy_sha256(" Ann@Example.Test")
    assert row["phone"].startswith("k1:")
    assert row["name"].startswith("k1:")
    assert row["contact"].startswith("k1:")


def test_old_hashes_follow_each_form_even_an_empty_one(house: Any) -> None:
    """One buyer spelled the address in two ways: the old tables have two hashes, so do ours."""
    house.allow(mode="sha256-legacy")
    ann = house.person("ann@example.test")
    house.buy(1, ann, ("聯絡人 Email", "ann@example.test"))
    house.buy(2, ann, ("聯絡人 Email", " ANN@Example.test"))
    house.buy(3, ann, ("聯絡人 Email", ""))
    house.load()

    assert [row["email"] for row in house.rows()] == [
        pseudonyms.legacy_sha256("ann@example.test"),
        pseudonyms.legacy_sha256(" ANN@Example.test"),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    ]
    house.allow()
    house.load()
    assert {row["email"] for row in house.rows()} == {
        pseudonyms.pseudonym(house.org, "email", "ann@example.test")
    }


def test_an_export_keeps_the_blanks_for_the_old_hash(house: Any, tmp_path: Path) -> None:
    sale = sales.generate_sale(7, 3)
    attendees, bought = sales.write_sale(sale, tmp_path)[sale.individual.slug]
    first = sale.individual.attendees[0]["聯絡人 Email"]
    spaced = attendees.read_text(encoding="utf-8-sig").replace(first, f" {first} ", 1)
    attendees.write_text(spaced, encoding="utf-8")
    house.allow(mode="sha256-legacy")
    import_csv(
        house.org,
        attendees=attendees,
        orders=bought,
        event_slug="e",
        event_name="PyCon TW Registration: Individual",
        kind="individual",
        now=house.now,
    )
    house.load()
    assert pseudonyms.legacy_sha256(f" {first} ") in {row["email"] for row in house.rows()}


def test_a_new_key_hashes_every_row_anew(house: Any, settings: Any) -> None:
    ann = house.person("ann@example.test")
    house.buy(1, ann)
    house.load()
    old = settings.POSTLUDE_SECRET_KEYS
    settings.POSTLUDE_SECRET_KEYS = f"2:{'B' * 43}=,{old}"
    assert house.status().replay_wanted
    house.load()

    (row,) = house.rows()
    assert row["email"].startswith("k2:")
    assert not house.holds(pseudonyms.pseudonym(house.org, "email", "ann@example.test", version=1))


def test_one_file_keeps_organisations_apart(house: Any) -> None:
    house.buy(1, house.person("ann@example.test"))
    other = type(house)(
        orgs.create("other", "Other", zone="Asia/Taipei", currency="TWD"), house.clock, house.path
    )
    theirs = other.person("ann@example.test")
    other.buy(1, theirs)
    house.load()

    (ours,), (hers,) = house.rows(), other.rows()
    same = {"attendee_id", "event_id", "event_slug", "order_number", "price"}
    assert {name: ours[name] for name in same} == {name: hers[name] for name in same}
    assert ours["email"] != hers["email"]
    people.erase(other.org, theirs, actor=Actor("cli", "test"), now=house.now)
    house.load()
    warehouse.replay(other.org, now=house.now)
    assert (len(house.rows()), len(other.rows())) == (1, 0)
    assert house.status().rows["ods_kktix_ticket_individual_attendees"] == 1
    assert other.status().rows["ods_kktix_ticket_individual_attendees"] == 0
