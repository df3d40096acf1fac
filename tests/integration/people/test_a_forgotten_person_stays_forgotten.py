"""Erasure: values go, the id stays, the suppression outlives it, a restore does not undo it."""

import pytest
from django.apps import apps
from django.db import models

from postlude.people import api as people
from postlude.people import erasure
from postlude.people.models import Contact, Erasure, Suppression
from postlude.people.types import Actor, PersonSeen

STAFF = Actor("staff", "7")
ANN = PersonSeen(
    "sentinelannmail@example.test",
    "0912345678",
    "Sentinelannname",
    "en",
    "kktix",
    "kktix:attendee:1",
)
VALUES = ("sentinelann", "912345678", "Sentinelannanswer")


@pytest.fixture
def see(org, clock):
    return lambda *seen: people.recognise_many(org.id, list(seen), now=clock.now())


@pytest.fixture
def ann(org, see, clock):
    (found,) = see(ANN)
    people.record_answers(
        org.id,
        [("kktix:attendee:1", found.contact, [("Nick", "Sentinelannanswer")])],
        now=clock.now(),
    )
    people.change_email(
        org.id, found.contact, "sentinelannnew@example.test", actor=STAFF, now=clock.now()
    )
    return found.contact


@pytest.fixture
def erase(org, clock):
    return lambda contact: people.erase(org.id, contact, actor=STAFF, now=clock.now())


def everything() -> str:
    """All rows of all tables of this room, as text."""
    tables: list[type[models.Model]] = list(apps.get_app_config("people").get_models())
    return repr([list(table.objects.values()) for table in tables])


def test_no_value_is_left(org, ann, erase) -> None:
    assert all(value in everything() for value in VALUES)
    erase(ann)
    assert not any(value in everything() for value in VALUES)
    assert Contact.objects.get(id=ann).erased_at is not None
    assert "erase" in [view.purpose for view in people.views(org.id, contact=ann)]


def test_the_suppression_outlives_it(org, ann, erase, see, clock) -> None:
    """Also when the sources still have the person, by the old row or by a new one."""
    people.suppress(org.id, "email", "sentinelannnew@example.test", "hard_bounce", now=clock.now())
    erase(ann)
    again = see(
        ANN, PersonSeen("sentinelannnew@example.test", name="Ann", reference="kktix:attendee:8")
    )
    assert [ann, ann] == [each.contact for each in again]
    assert ["erased", "erased"] == [each.problem.code for each in again]
    assert {ann: "erasure"} == people.suppressed(org.id, [ann], "email")
    assert {"hard_bounce", "erasure"} == set(Suppression.objects.values_list("reason", flat=True))
    people.record_answers(
        org.id, [("kktix:attendee:1", ann, [("Nick", "Sentinelannanswer")])], now=clock.now()
    )
    assert not any(value in everything() for value in VALUES)


def test_the_mistyped_address_of_a_forgotten_person_is_still_its_owners(
    org, ann, erase, see
) -> None:
    (owner,) = see(PersonSeen("sentinelannmail@example.test", reference="kktix:attendee:5"))
    erase(ann)
    assert {} == people.suppressed(org.id, [owner.contact], "email")


def test_who_asks_may_be_known_again(org, ann, erase, see, clock) -> None:
    erase(ann)
    assert people.lift(
        org.id,
        "email",
        "sentinelannnew@example.test",
        "erasure",
        actor=STAFF,
        purpose="asked in writing",
        now=clock.now(),
    )
    (back,) = see(PersonSeen("sentinelannnew@example.test", reference="kktix:attendee:9"))
    assert back.created
    assert {} == people.suppressed(org.id, [back.contact], "email")


def test_every_registered_shredder_runs_while_the_person_is_known(
    org, ann, erase, monkeypatch
) -> None:
    monkeypatch.setattr(erasure, "_shredders", {})
    told = []

    def shred(organisation, contact, now) -> int:
        told.append(
            (organisation, contact, people.pseudonyms(organisation, [contact])[contact].email)
        )
        return 3

    people.register_shredder("warehouse", shred)
    assert 3 == erase(ann).shredded["warehouse"]
    assert [(org.id, ann)] == [each[:2] for each in told]
    assert told[0][2].startswith("k1:")


def test_a_crash_in_between_is_taken_up(org, ann, erase, monkeypatch, clock) -> None:
    monkeypatch.setattr(erasure, "_shredders", {})

    def broken(*_: object) -> int:
        raise RuntimeError

    people.register_shredder("warehouse", broken)
    with pytest.raises(RuntimeError):
        erase(ann)
    assert any(value in everything() for value in VALUES)
    people.register_shredder("warehouse", lambda *_: 0)
    assert 1 == people.resume_erasures(clock.now())
    assert 0 == people.resume_erasures(clock.now())
    assert not any(value in everything() for value in VALUES)


def test_one_who_cannot_be_forgotten_yet_holds_up_nobody(
    org, see, erase, monkeypatch, clock
) -> None:
    monkeypatch.setattr(erasure, "_shredders", {})
    seen = see(PersonSeen("stuck@example.test"), PersonSeen("other@example.test"))
    stuck, other = (each.contact for each in seen)

    def broken(*_: object) -> int:
        raise RuntimeError

    people.register_shredder("warehouse", broken)
    for each in (stuck, other):
        with pytest.raises(RuntimeError):
            erase(each)

    def picky(_org: int, contact: int, _now: object) -> int:
        return broken() if contact == stuck else 0

    people.register_shredder("warehouse", picky)
    with pytest.raises(RuntimeError):
        people.resume_erasures(clock.now())
    assert {stuck} == set(Erasure.objects.filter(done_at=None).values_list("contact_id", flat=True))


def test_joined_ids_are_forgotten_together(org, see, erase, clock) -> None:
    bad = PersonSeen("Email_1", name="Sentinelannname", reference="r:1")
    child, parent = see(bad, PersonSeen("sentinelannmail@example.test"))
    people.change_email(
        org.id, child.contact, "sentinelannmail@example.test", actor=STAFF, now=clock.now()
    )
    assert parent.contact == erase(child.contact).contact
    assert not any(value in everything() for value in VALUES)


def test_a_restored_backup_forgets_again(org, ann, erase, see, clock) -> None:
    """The list is kept outside; the backup knows the person, and another who came after it."""
    erase(ann)
    (late,) = see(PersonSeen("sentinellate@example.test"))
    erase(late.contact)
    kept = people.erasures_to_replay(org.id)
    assert not any(value in repr(kept) for value in (*VALUES, "sentinel"))
    _restore(org, ann, late.contact)
    (ann_again,) = see(PersonSeen("sentinelannnew@example.test", name="Sentinelannname"))
    assert ann_again.created
    assert 1 == len(people.replay_erasures(org.id, kept, now=clock.now()))
    assert [] == people.replay_erasures(org.id, kept, now=clock.now())
    assert not any(value in everything() for value in (*VALUES, "sentinel"))
    assert {late.contact, ann} <= {record.contact for record in people.erasures_to_replay(org.id)}
    (still,) = see(PersonSeen("sentinellate@example.test"))
    assert (late.contact, "erased") == (still.contact, still.problem.code)


def _restore(org, ann: int, late: int) -> None:
    """As if the backup were older than both erasures, and the second person."""
    from postlude.people.models import Identity, ViewAudit

    Suppression.objects.all().delete()
    Erasure.objects.all().delete()
    ViewAudit.objects.all().delete()
    Identity.objects.all().delete()
    Contact.objects.filter(id=late).delete()
    assert Contact.objects.filter(id=ann).exists()
