"""Another address, guests from a file, and forgetting again after a restore."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from postlude.kernel import clock as kernel_clock
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.people.models import Address, Contact, Erasure, Identity, Suppression
from postlude.people.types import Actor, PersonSeen
from postlude.playbooks import api as playbooks
from postlude.sources import api as sources
from postlude.wiring.cli.commands import run

PLAYBOOK = Path(__file__).resolve().parents[3] / "playbooks" / "tickets.yaml"
CLI = Actor(kind="cli", id="test")


@pytest.fixture
def applied() -> Any:
    playbooks.apply(PLAYBOOK, org=None, actor=CLI, now=kernel_clock.now())
    return orgs.by_slug("pycontw")


def known(org: Any, email: str, reference: str = "t:1") -> int:
    seen = PersonSeen(email_raw=email, name="Ann", source="t", reference=reference)
    (found,) = people.recognise_many(org.id, [seen], now=kernel_clock.now())
    assert found.contact is not None
    return found.contact


def test_an_address_is_corrected(applied: Any, capsys: pytest.CaptureFixture[str]) -> None:
    ann, bob = known(applied, "amn@example.test"), known(applied, "bob@example.test", "t:2")
    assert 0 == run(["people", "change-email", "amn@example.test", "ann@example.test"])
    assert "ann@example.test" == people.addresses(applied.id, [ann])[ann].value
    assert 3 == run(["people", "change-email", "nobody@example.test", "x@example.test"])
    assert 3 == run(["people", "change-email", "ann@example.test", "no address"])
    assert 3 == run(["people", "change-email", "ann@example.test", "bob@example.test"])
    assert "--join" in capsys.readouterr().err
    assert 0 == run(
        ["people", "change-email", "ann@example.test", "bob@example.test", "--join", "--json"]
    )
    assert {"changed": True, "joined": True} == json.loads(capsys.readouterr().out)
    assert {ann: bob} == people.canonical(applied.id, [ann])


def test_guests_come_from_a_file(
    applied: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "speakers.csv"
    file.write_text("name,email\nAda,ada@example.test\n", encoding="utf-8")
    conference = playbooks_conference(applied)
    command = ["import", "guests", str(file), "--conference", conference, "--kind", "speaker"]
    assert 0 == run([*command, "--dry-run", "--json"])
    told = json.loads(capsys.readouterr().out)
    assert (False, 1) == (told["imported"], told["new"])
    assert 0 == run(command)
    assert people.find(applied.id, "ada@example.test") is not None
    assert 3 == run([*command[:3], "--conference", "nowhere", "--kind", "speaker"])
    file.write_text("name\nAda\n", encoding="utf-8")
    assert 5 == run(command)


def playbooks_conference(org: Any) -> str:
    from postlude.orders import api as orders

    return orders.conferences(org.id)[0].slug


def test_a_restored_backup_forgets_again(
    applied: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The backup remembers her, her erasure is only in the list beside it."""
    ann = known(applied, "ann@example.test")
    people.erase(applied.id, ann, actor=CLI, now=kernel_clock.now())
    kept = tmp_path / "erasures.jsonl"
    assert 0 == run(["erasures", "export", str(kept)])
    assert "ann@" not in kept.read_text(encoding="utf-8")
    for model in (Erasure, Suppression, Identity, Address):
        model.objects.filter(org=applied.id).delete()
    Contact.objects.filter(id=ann).update(erased_at=None, name="")
    again = known(applied, "ann@example.test", "t:9")
    assert 0 == run(["erasures", "replay", str(kept), "--json"])
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert {"listed": 1, "forgotten": 2} == told
    assert {} == people.addresses(applied.id, [again])
    assert 0 == run(["erasures", "replay", str(kept)])
    assert people.erasures_to_replay(applied.id)


def test_a_list_that_is_cut_off_is_refused_whole(applied: Any, tmp_path: Path) -> None:
    ann = known(applied, "ann@example.test")
    people.erase(applied.id, ann, actor=CLI, now=kernel_clock.now())
    kept = tmp_path / "erasures.jsonl"
    assert 0 == run(["erasures", "export", str(kept)])
    kept.write_text(kept.read_text(encoding="utf-8")[:-20], encoding="utf-8")
    assert 3 == run(["erasures", "replay", str(kept)])
    assert 3 == run(["erasures", "replay", str(tmp_path / "none.jsonl")])


def test_applying_switches_off_what_the_playbook_no_longer_has(
    applied: Any, tmp_path: Path
) -> None:
    sources.define_source(applied.id, "dropped", settings={}, now=kernel_clock.now())
    copied = tmp_path / "playbooks"
    shutil.copytree(PLAYBOOK.parent, copied)
    changed = copied / PLAYBOOK.name
    changed.write_text(f"{PLAYBOOK.read_text(encoding='utf-8')}\n# changed\n", encoding="utf-8")
    playbooks.apply(changed, org=None, actor=CLI, now=kernel_clock.now(), dry_run=True)
    assert ["dropped", "kktix"] == [each.slug for each in sources.status(applied.id)]
    playbooks.apply(changed, org=None, actor=CLI, now=kernel_clock.now())
    assert ["kktix"] == [each.slug for each in sources.status(applied.id)]


def test_a_source_that_is_dropped_is_switched_off_and_on_again(applied: Any) -> None:
    def slugs() -> list[str]:
        return [each.slug for each in sources.status(applied.id)]

    now = kernel_clock.now()
    sources.define_source(applied.id, "dropped", settings={}, now=now)
    assert ["dropped", "kktix"] == slugs()
    assert ["dropped"] == sources.retire(applied.id, keep=["kktix"])
    assert [] == sources.retire(applied.id, keep=["kktix"])
    assert ["kktix"] == slugs()
    sources.define_source(applied.id, "dropped", settings={}, now=now)
    assert ["dropped", "kktix"] == slugs()
